import { expect } from 'chai';
import express, { type Router } from 'express';
import request from 'supertest';
import type { Middleware, SpeechAdminOptions } from '../../lib/index.js';
import { speechAdmin, speechRouter, type SpeechRouter } from '../../lib/index.js';

interface Layer {
  readonly name: string;
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** Every route of a router, read from the router itself. */
function routesOf(router: Router): { readonly method: 'get' | 'put' | 'post'; readonly path: string }[] {
  return (router.stack as unknown as Layer[]).flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({ method: method as 'get', path: route.path })),
  );
}

describe('speechAdmin()', () => {
  let speech: SpeechRouter;
  beforeEach(() => {
    speech = speechRouter({ fallback: [{ type: 'text' }] });
  });
  afterEach(() => speech.close());

  const appOf = (options: SpeechAdminOptions): express.Express => {
    const app = express();
    app.use('/admin', speechAdmin(speech, options));
    return app;
  };

  const refusals: [string, unknown, string][] = [
    ['no options', undefined, 'ERR_SPEECH_ADMIN_AUTHORIZE'],
    ['no authorize', {}, 'ERR_SPEECH_ADMIN_AUTHORIZE'],
    ['an authorize that is no function', { authorize: true }, 'ERR_SPEECH_ADMIN_AUTHORIZE'],
    ['an unknown key', { authorize: () => true, autorize: 1 }, 'ERR_SPEECH_ADMIN_OPTIONS'],
    ['an identify that is no function', { authorize: () => true, identify: 'Ada' }, 'ERR_SPEECH_ADMIN_OPTIONS'],
    ['a challenge that no header can carry', { authorize: () => true, challenge: 'a\nb' }, 'ERR_SPEECH_ADMIN_OPTIONS'],
  ];
  for (const [what, options, code] of refusals) {
    it(`refuses to be made with ${what}`, () => {
      expect(() => speechAdmin(speech, options as SpeechAdminOptions))
        .to.throw(TypeError)
        .with.property('code', code);
    });
  }

  it('refuses to be made for anything but a speech router', () => {
    expect(() => speechAdmin(express.Router() as Middleware as SpeechRouter, { authorize: () => true }))
      .to.throw(TypeError)
      .with.property('code', 'ERR_SPEECH_ADMIN_ROUTER');
  });

  const answers: [string, () => unknown][] = [
    ['false', () => false],
    ['a promise of false', () => Promise.resolve(false)],
    ['something true that is not true', () => ({ user: 'somebody' })],
    ['an error', () => { throw new Error('no database'); }],
    ['a rejection', () => Promise.reject(new Error('no database'))],
  ]; // prettier-ignore
  for (const [what, authorize] of answers) {
    it(`lets nobody through any route, file or stream when authorize answers ${what}`, async () => {
      const router = speechAdmin(speech, { authorize } as SpeechAdminOptions) as Router;
      const app = express().use('/admin', router);
      const routes = routesOf(router);
      expect(routes.map(({ path }) => path)).to.include.members(['/', '/admin.js', '/api/events', '/api/config']);
      for (const { method, path } of [...routes, { method: 'get' as const, path: '/no-such-route' }]) {
        const reply = await request(app)
          [method](`/admin${path}`)
          .set({ 'X-Speech-Admin': '1', 'Content-Type': 'application/json' })
          .send(method === 'get' ? undefined : '{}');
        expect(reply.status, `${method} ${path}`).to.equal(403);
        expect(reply.text).to.contain('"code":"forbidden"').and.not.contain('database');
      }
    });
  }

  it('has nothing before the one middleware that asks, but the one that sets headers', () => {
    const router = speechAdmin(speech, { authorize: () => true }) as Router;
    const names = (router.stack as unknown as Layer[]).map(({ name }) => name);
    expect(names.slice(0, 2)).to.deep.equal(['speechAdminHeaders', 'speechAdminGuard']);
    expect(names.filter((name) => name === 'speechAdminGuard')).to.have.length(1);
  });

  it('asks for a password where it is told how', async () => {
    const reply = await request(appOf({ authorize: () => false, challenge: 'Basic realm="speech"' })).get('/admin/');
    expect(reply.status).to.equal(401);
    expect(reply.headers['www-authenticate']).to.equal('Basic realm="speech"');
  });

  it('hands the request to authorize', async () => {
    const app = appOf({ authorize: ({ headers }) => Promise.resolve(headers.authorization === 'Bearer right') });
    expect((await request(app).get('/admin/api/status').set('Authorization', 'Bearer right')).status).to.equal(200);
    expect((await request(app).get('/admin/api/status').set('Authorization', 'Bearer wrong')).status).to.equal(403);
  });

  it('serves the page and all it needs, each with a policy without exceptions for what is inline', async () => {
    const router = speechAdmin(speech, { authorize: () => true }) as Router;
    const app = express().use('/admin', router);
    const files = routesOf(router).filter(({ path }) => !path.startsWith('/api/'));
    for (const { path } of files) {
      const reply = await request(app).get(`/admin${path}`);
      expect(reply.status, path).to.equal(200);
      const policy = reply.headers['content-security-policy'];
      expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'").and.not.contain('unsafe');
      expect(reply.headers['x-content-type-options']).to.equal('nosniff');
      expect(reply.headers['cache-control']).to.equal('no-store');
      expect(reply.headers['referrer-policy']).to.equal('no-referrer');
    }
  });

  it('has every module that a module of the page imports', async () => {
    const router = speechAdmin(speech, { authorize: () => true }) as Router;
    const app = express().use('/admin', router);
    const paths = new Set(routesOf(router).map(({ path }) => path));
    for (const path of [...paths].filter((name) => name.endsWith('.js'))) {
      const { text } = await request(app).get(`/admin${path}`);
      const imports = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*)["']([^"']+)["']/g)].map(([, name = '']) => name);
      for (const name of imports) {
        expect(name, path).to.match(/^\.\.?\//);
        expect(paths.has(new URL(name, `http://a${path}`).pathname), `${name} of ${path}`).to.equal(true);
      }
    }
  });

  it('sends a page asked for without a slash to itself with one, wherever a proxy has it', async () => {
    const reply = await request(appOf({ authorize: () => true })).get('/admin?x=/y');
    expect(reply.status).to.equal(308);
    expect(reply.headers['location']).to.equal('./admin/');
  });

  it('leaves what it does not have to the application', async () => {
    const app = appOf({ authorize: () => true });
    app.use((_request, response) => {
      response.status(404).send('the application’s own');
    });
    expect((await request(app).get('/admin/no-such-file.js')).text).to.equal('the application’s own');
  });
});
