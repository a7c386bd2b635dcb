import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express, { type Express } from 'express';
import { sniffAudio } from '../../lib/audio/sniff.js';
import * as library from '../../lib/index.js';
import { examplesOf } from '../support/examples.js';
import { readmeExample, runExample } from '../support/run-example.js';

const originOf = (server: Server): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

describe('the README’s examples', () => {
  const servers: Server[] = [];
  const routers: library.SpeechRouter[] = [];
  const keep = (router: library.SpeechRouter): library.SpeechRouter => {
    routers.push(router);
    return router;
  };

  afterEach(async () => {
    for (const router of routers.splice(0)) await router.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('speak, the first of them at once', async () => {
    const onFreePort = (): Express => {
      const app = express();
      app.listen = () => {
        const server = createServer(app).listen(0, '127.0.0.1');
        servers.push(server);
        return server;
      };
      return app;
    };
    const speechRouter = (options?: library.SpeechRouterOptions): library.SpeechRouter =>
      keep(library.speechRouter(options));
    runExample(readmeExample('app.listen(3000)'), {}, { express: onFreePort, 'express-speech': { speechRouter } });
    const [server] = servers;
    if (server === undefined) expect.fail('it does not listen');
    await once(server, 'listening');
    // What the command below it sends.
    const { code: command = '' } =
      examplesOf('README.md').find(({ language, code }) => language === 'sh' && code.includes('curl')) ?? {};
    const [, path = ''] = /localhost:3000(\S+)/.exec(command) ?? [];
    const [, type = ''] = /-H 'Content-Type: ([^']+)'/.exec(command) ?? [];
    const [, body = ''] = /-d '([^']+)'/.exec(command) ?? [];
    const reply = await fetch(originOf(server) + path, { method: 'POST', headers: { 'Content-Type': type }, body });
    expect([reply.status, reply.headers.get('x-speech-provider')]).to.deep.equal([200, 'local']);
    expect(sniffAudio('mp3', new Uint8Array(await reply.arrayBuffer()))).to.equal('valid');
  });

  describe('of what stands before the router', () => {
    const speak = (origin: string, user: string | undefined, body: object = { input: 'Hello.' }): Promise<Response> =>
      fetch(`${origin}/v1/audio/speech`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(user !== undefined && { 'x-test-user': user }) },
        body: JSON.stringify(body),
      });

    /** An app with sessions, whose user the test chooses, and whose speech is text, which costs nothing. */
    async function start(): Promise<string> {
      const app = express();
      app.use((request, _response, next) => {
        const id = request.get('x-test-user');
        Object.assign(request, { session: id === undefined ? {} : { user: { id, isAdmin: id === 'admin' } } });
        next();
      });
      const speech = keep(library.speechRouter({ fallback: [{ type: 'text' }], logger: false }));
      runExample(readmeExample('helmet('), { app, speech });
      app.get('/', (_request, response) => {
        response.send('<p>A page</p>');
      });
      app.post('/other', (request, response) => {
        response.json(request.body);
      });
      const server = createServer(app).listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      return originOf(server);
    }

    it('let nobody in without a login', async () => {
      const origin = await start();
      expect((await speak(origin, undefined)).status).to.equal(401);
      expect((await speak(origin, 'anna')).status).to.equal(200);
    });

    it('let nobody in more than sixty times a minute, and others all the same', async () => {
      const origin = await start();
      const statuses = [];
      for (let count = 0; count < 61; count += 1) {
        const reply = await speak(origin, 'anna');
        await reply.arrayBuffer();
        statuses.push(reply.status);
      }
      expect(new Set(statuses.slice(0, 60))).to.deep.equal(new Set([200]));
      const refused = await speak(origin, 'anna');
      expect([statuses[60], refused.status]).to.deep.equal([429, 429]);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60);
      expect((await speak(origin, 'ben')).status).to.equal(200);
    });

    it('let pages play what is in memory, and the admin page have its own policy', async () => {
      const origin = await start();
      const policyOf = async (path: string, user: string): Promise<[number, string]> => {
        const reply = await fetch(origin + path, { headers: { 'x-test-user': user } });
        return [reply.status, reply.headers.get('content-security-policy') ?? ''];
      };
      const [, page] = await policyOf('/', 'anna');
      expect(page.split(';')).to.include("media-src 'self' blob:");
      expect(await policyOf('/speech-admin/', 'anna')).to.have.property('0', 403);
      const [status, admin] = await policyOf('/speech-admin/', 'admin');
      expect(status).to.equal(200);
      expect(admin.split('; ')).to.include.members(["default-src 'none'", "script-src 'self'", 'media-src blob:']);
    });

    it('have JSON read for the routes behind, by express.json()', async () => {
      const origin = await start();
      const body = JSON.stringify({ a: 1 });
      const headers = { 'Content-Type': 'application/json' };
      const reply = await fetch(`${origin}/other`, { method: 'POST', headers, body });
      expect(await reply.json()).to.deep.equal({ a: 1 });
    });
  });
});
