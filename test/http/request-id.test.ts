import type { OutgoingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { startApp, type TestApp } from '../support/app.js';
import { provider, speaker } from '../support/fake-provider.js';
import { askRaw } from '../support/raw-reply.js';
import { startUpstream } from '../support/upstream.js';

const NEW = /^[0-9a-f-]{36}$/;

/** Middleware that puts an id on the reply, and one on the request. */
const gives =
  (onReply: string | number | readonly string[] | undefined, onRequest?: unknown): RequestHandler =>
  (request, response, next) => {
    if (onReply !== undefined) response.setHeader('X-Request-Id', onReply);
    if (onRequest !== undefined) Object.assign(request, { id: onRequest });
    next();
  };

describe('the id of a request', () => {
  let app: TestApp;
  let known: string[];

  async function start(middleware: RequestHandler): Promise<void> {
    known = [];
    const own = provider('own', (request, context) => {
      known.push(request.requestId);
      return speaker('own').synthesize(request, context);
    });
    app = await startApp({ fallback: [own], get: true, cache: false }, (host) => host.use(middleware));
    app.speech.on('request', ({ requestId }) => known.push(requestId));
  }

  afterEach(() => app.close());

  async function idOf(headers: OutgoingHttpHeaders = {}): Promise<string> {
    const reply = await askRaw(`${app.speechUrl}?input=Hello&response_format=pcm`, { headers });
    return String(reply.headers['x-request-id']);
  }

  const own: [string, Parameters<typeof gives>, string | undefined, string | RegExp][] = [
    ['the application’s on the reply', ['host-1'], undefined, 'host-1'],
    ['the application’s rather than the client’s', ['host-1'], 'client-1', 'host-1'],
    ['the application’s with signs that no client may use', ['Root=1-5f;Sampled=1'], undefined, 'Root=1-5f;Sampled=1'],
    ['the application’s number', [17], undefined, '17'],
    ['the client’s where the application has an empty one', [''], 'client-1', 'client-1'],
    ['the client’s rather than the number that a logger counts', [undefined, 5], 'client-1', 'client-1'],
    ['the one on the request where the client sends none', [undefined, 'req-9'], undefined, 'req-9'],
    ['the one on the request where the client’s is not sane', [undefined, 'req-9'], 'a b', 'req-9'],
    ['the number on the request', [undefined, 5], undefined, '5'],
    ['a new one where that on the request is not sane', [undefined, 'a\nb'], undefined, NEW],
    ['a new one where that on the request is an object', [undefined, { a: 1 }], undefined, NEW],
    ['a new one where that on the request is too long', [undefined, 'x'.repeat(129)], undefined, NEW],
    ['a new one where there is none', [undefined], undefined, NEW],
  ];
  for (const [what, given, client, expected] of own) {
    it(`is ${what}, on the reply, for the provider and in events`, async () => {
      await start(gives(...given));
      const id = await idOf(client === undefined ? {} : { 'x-request-id': client });
      if (typeof expected === 'string') expect(id).to.equal(expected);
      else expect(id).to.match(expected);
      expect(known).to.deep.equal([id, id]);
    });
  }

  it('leaves what the application says on the reply, even where it is of no use to anybody else', async () => {
    for (const odd of ['a b', 'x'.repeat(300), 'é']) {
      await start(gives(odd));
      expect(await idOf()).to.equal(odd);
      for (const id of known) expect(id).to.match(NEW);
      await app.close();
    }
    await start(gives(['one', 'two']));
    expect(await idOf()).to.equal('one, two');
  });

  it('stands on every reply: errors, text and the companions', async () => {
    await start(gives('host-1'));
    for (const path of ['audio/voices', 'audio/models', 'audio/health', 'audio/speech']) {
      const reply = await askRaw(`${app.origin}/v1/${path}`, { headers: { 'x-request-id': 'client-1' } });
      expect(reply.headers['x-request-id'], path).to.equal('host-1');
    }
    const refused = await app.speak('{', { 'x-request-id': 'client-1' });
    expect([refused.status, refused.headers.get('x-request-id')]).to.deep.equal([400, 'host-1']);
    app.speech.reconfigure({ fallback: [{ type: 'text' }] });
    const text = await app.speak({ input: 'Hello.' });
    expect([text.status, text.headers.get('x-request-id')]).to.deep.equal([200, 'host-1']);
  });

  it('goes to a remote', async () => {
    const upstream = await startUpstream();
    try {
      app = await startApp({ fallback: [{ type: 'remote', baseUrl: upstream.baseUrl, health: false }] }, (host) =>
        host.use(gives('host-1')),
      );
      await (await app.speak({ input: 'Hello.' })).arrayBuffer();
      const speech = upstream.requests.find(({ path }) => path === '/v1/audio/speech');
      expect(speech?.headers['x-request-id']).to.equal('host-1');
    } finally {
      await upstream.close();
    }
  });
});
