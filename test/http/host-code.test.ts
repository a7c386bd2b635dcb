import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Express, Response } from 'express';
import { SpeechError, speechRouter, type SpeechLogger, type SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { PCM, pcm, provider, speaker } from '../support/fake-provider.js';

const REQUEST = { input: 'Hello there.', response_format: 'pcm' };
const TEXT = { type: 'text' } as const;
const WHY = 'the host’s own reason';

const fail = (): never => {
  throw new Error(WHY);
};

const METHODS = ['json', 'status', 'send', 'set', 'setHeader', 'getHeader', 'hasHeader', 'removeHeader'] as const;
const WRITING = ['writeHead', 'write', 'end', 'flushHeaders', 'cork', 'addTrailers'] as const;
type Method = (typeof METHODS)[number] | (typeof WRITING)[number];

/** Puts something that throws into the place of a method of every response but those of the other route. */
const breaking =
  (...methods: readonly Method[]) =>
  (app: Express): void => {
    app.set('env', 'test');
    app.use('/v1', (request, response, next) => {
      if (request.headers['x-break'] !== undefined) for (const method of methods) Reflect.set(response, method, fail);
      next();
    });
  };

/** What a client hears: a status, or that its connection was closed. Rejects when it hears nothing. */
function answerOf(app: TestApp, body: object, isBroken = true): Promise<number | 'closed' | 'nothing'> {
  return new Promise((resolve) => {
    const call = request(app.speechUrl, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...(isBroken && { 'x-break': 'yes' }) },
    });
    const tooLate = setTimeout(() => {
      resolve('nothing');
      call.destroy();
    }, 3_000);
    call.on('error', () => undefined);
    call.once('response', (reply) => {
      reply.on('error', () => undefined).resume();
      reply.once('end', () => {
        resolve(reply.statusCode ?? 0);
      });
    });
    call.once('close', () => {
      clearTimeout(tooLate);
      resolve('closed');
    });
    call.end(JSON.stringify(body));
  });
}

describe('the host’s own code that throws', () => {
  let app: TestApp | undefined;
  let lines: string[];
  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (line: object) => lines.push(`${level} ${JSON.stringify(line)}`),
    ]),
  ) as unknown as SpeechLogger;

  beforeEach(() => {
    lines = [];
  });

  afterEach(() => app?.close());

  const chains: [string, SpeechRouterOptions, object][] = [
    ['sound', { fallback: [speaker('own')] }, REQUEST],
    ['sound as it comes', { fallback: [speaker('own')], hold: 0 }, REQUEST],
    ['events', { fallback: [speaker('own')] }, { ...REQUEST, stream_format: 'sse' }],
    ['text', { fallback: [TEXT] }, REQUEST],
    ['an error', { fallback: [provider('own', fail)] }, REQUEST],
    ['a bad request', { fallback: [TEXT] }, {}],
  ];
  for (const method of [...METHODS, ...WRITING]) {
    it(`ends one reply at the most, where ${method}() throws: whatever is sent, and whoever sends errors`, async () => {
      for (const [what, options, body] of chains) {
        for (const errors of ['reply', 'next'] as const) {
          app = await startApp({ ...options, errors, logger: fails() }, breaking(method));
          // Answered, or closed, and never left waiting.
          const answer = await answerOf(app, body);
          expect(answer, `${what}, ${errors}`).to.be.oneOf([200, 400, 500, 503, 'closed']);
          expect(await answerOf(app, REQUEST, false), 'the next one').to.be.a('number');
          expect((await fetch(`${app.origin}/other`)).status, 'the other route').to.equal(200);
          for (const { running } of app.speech.status().providers) expect(running).to.equal(0);
          await app.close();
        }
      }
    }).timeout(20_000);
  }

  /** A logger that throws at every line. */
  function fails(): SpeechLogger {
    return { debug: fail, info: fail, warn: fail, error: fail };
  }

  it('ends one reply where everything of the response throws', async () => {
    app = await startApp({ fallback: [TEXT] }, breaking(...METHODS, ...WRITING));
    expect(await answerOf(app, REQUEST)).to.equal('closed');
    expect((await fetch(`${app.origin}/other`)).status).to.equal(200);
  });

  it('does not need what Express has put on a response', async () => {
    app = await startApp({ fallback: [TEXT], logger }, breaking('json', 'status', 'send', 'set'));
    const reply = await app.speak(REQUEST, { 'x-break': 'yes' });
    expect(reply.status).to.equal(200);
    expect(reply.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(await reply.json()).to.include({ object: 'speech.text' });
    expect((await app.speak({}, { 'x-break': 'yes' })).status).to.equal(400);
    expect(lines.filter((line) => line.includes('internal'))).to.deep.equal([]);
  });

  it('works without an application around it', async () => {
    const speech = speechRouter({ fallback: [TEXT] });
    const handler: (...given: never[]) => unknown = speech;
    const server = createServer((incoming, outgoing) =>
      handler(incoming as never, outgoing as never, (() => outgoing.writeHead(404).end()) as never),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const statusOf = async (path: string, body: string): Promise<number | undefined> => {
      const call = request({ port, path, method: 'POST', headers: { 'content-type': 'application/json' } });
      call.end(body);
      const [reply] = (await once(call, 'response')) as [{ statusCode?: number; resume(): void }];
      reply.resume();
      return reply.statusCode;
    };
    expect(await statusOf('/audio/speech', JSON.stringify(REQUEST))).to.be.a('number');
    expect(await statusOf('/audio/nothing', '{}')).to.equal(404);
    server.closeAllConnections();
    server.close();
    await speech.close();
  });

  it('is named on a log line, with what led to it, and not to the client', async () => {
    app = await startApp({ fallback: [TEXT], logger }, (host) => {
      host.use((_request, response, next) => {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name: string, value: never) => {
          if (/^server-timing$/i.test(name)) throw new Error(WHY, { cause: new Error('what led to it') });
          return setHeader(name, value);
        };
        next();
      });
    });
    const reply = await app.speak(REQUEST, { 'x-request-id': 'mine' });
    expect(reply.status).to.equal(500);
    const body = await reply.text();
    expect(JSON.parse(body)).to.have.nested.property('error.code', 'internal');
    expect(body).not.to.contain(WHY);
    const told = lines.filter((line) => line.includes('"event":"internal"'));
    expect(told).to.have.length(1);
    expect(told[0])
      .to.match(/^error /)
      .and.to.contain('"requestId":"mine"')
      .and.to.contain(WHY);
    expect(told[0]).to.contain('host-code.test.ts').and.to.contain('what led to it');
  });

  it('is the cause of the error that the host’s handler gets', async () => {
    const causes: unknown[] = [];
    app = await startApp({ fallback: [TEXT], errors: 'next', logger }, (host) => {
      host.use((_request, response, next) => {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name: string, value: never) => {
          if (/^server-timing$/i.test(name)) fail();
          return setHeader(name, value);
        };
        next();
      });
    });
    app.app.use((error: Error, _request: unknown, response: Response, _next: unknown) => {
      causes.push(error.cause);
      response.status(500).end();
    });
    expect((await app.speak(REQUEST)).status).to.equal(500);
    expect(causes).to.have.length(1);
    expect(causes[0]).to.be.instanceOf(Error).with.property('message', WHY);
    expect(lines.some((line) => line.includes('"event":"internal"'))).to.equal(true);
  });

  it('may be the error handler itself', async () => {
    app = await startApp({ fallback: [provider('own', fail)], errors: 'next' }, (host) => {
      host.set('env', 'test');
    });
    app.app.use((_error: Error, _request: unknown, _response: Response, _next: unknown) => fail());
    expect(await answerOf(app, REQUEST)).to.equal(500);
    expect((await fetch(`${app.origin}/other`)).status).to.equal(200);
  });

  it('is a provider’s stream that comes too late and fails as it is let go', async () => {
    const late = provider('late', async (_request, { signal }) => {
      await once(signal, 'abort');
      const stream = Readable.from([PCM]);
      stream._destroy = (_error, done) => {
        done(new Error(WHY));
      };
      return pcm(stream);
    });
    app = await startApp({ fallback: [late, speaker('second')], deadline: 1_100 });
    const reply = await app.speak(REQUEST);
    expect(reply.headers.get('x-speech-provider')).to.equal('second');
    expect((await reply.arrayBuffer()).byteLength).to.equal(PCM.length);
    // Its stream comes, and fails, after that; mocha would take it for a failure of this test.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('is not asked any more once it has answered itself', async () => {
    const aborted: string[] = [];
    const slow = provider('slow', async (_request, { signal }) => {
      await once(signal, 'abort');
      aborted.push('slow');
      throw new SpeechError('aborted', 'the caller has left');
    });
    app = await startApp({ fallback: [slow, TEXT] }, (host) => {
      host.use((_request, response, next) => {
        next();
        setTimeout(() => response.status(503).json({ by: 'the host' }), 50);
      });
    });
    const ends: string[] = [];
    app.speech.on('request', ({ outcome, code }) => ends.push(`${outcome} ${String(code)}`));
    const reply = await app.speak(REQUEST);
    expect(reply.status).to.equal(503);
    expect(await reply.json()).to.deep.equal({ by: 'the host' });
    while (aborted.length === 0 || ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ends).to.deep.equal(['aborted aborted']);
    expect(app.speech.status().providers[0]).to.include({ running: 0, circuit: 'closed' });
  });
});
