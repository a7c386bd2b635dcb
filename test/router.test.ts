import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import {
  SpeechError,
  SpeechOptionsError,
  speechRouter,
  type SpeechProvider,
  type SpeechRouterOptions,
} from '../lib/index.js';
import { startApp, type TestApp } from './support/app.js';
import { pcm, PCM, provider, speaker } from './support/fake-provider.js';

const TEXT = { type: 'text' } as const;
const PCM_REQUEST = { input: 'Hello there.', response_format: 'pcm' };

function failing(name: string, code: 'refused' | 'timeout.first_byte' | 'status.500' = 'refused'): SpeechProvider {
  return provider(name, () => Promise.reject(new SpeechError(code, 'made to fail')));
}

describe('speechRouter', () => {
  let app: TestApp | undefined;

  async function start(options: SpeechRouterOptions, prepare?: (app: express.Express) => void): Promise<TestApp> {
    app = await startApp(options, prepare);
    return app;
  }

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  describe('audio', () => {
    it('sends what the first provider said, and says who it was', async () => {
      const { speak } = await start({ fallback: [speaker('first'), TEXT] });
      const reply = await speak(PCM_REQUEST);
      expect(reply.status).to.equal(200);
      expect(Buffer.from(await reply.arrayBuffer()).equals(PCM)).to.equal(true);
      const { headers } = reply;
      expect(headers.get('content-type')).to.equal('audio/pcm');
      expect(headers.get('x-speech-provider')).to.equal('first');
      expect(headers.get('x-speech-degraded')).to.equal('false');
      expect(headers.get('x-speech-cache')).to.equal('off');
      expect(headers.get('server-timing')).to.match(/^first;dur=\d+\.\d$/);
      expect(headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
    });

    it('goes over to the next provider, and says so', async () => {
      const { speak } = await start({ fallback: [failing('first'), speaker('second'), TEXT] });
      const { headers } = await speak(PCM_REQUEST);
      expect(headers.get('x-speech-provider')).to.equal('second');
      expect(headers.get('x-speech-degraded')).to.equal('true');
      expect(headers.get('server-timing')).to.match(/^first;dur=\d+\.\d;desc="refused", second;dur=\d+\.\d$/);
    });

    it('asks only the first provider when the client wants its voice or none', async () => {
      const { speak } = await start({ fallback: [failing('first'), speaker('second'), TEXT] });
      const reply = await speak(PCM_REQUEST, { 'X-Speech-Fallback': 'none' });
      expect(reply.status).to.equal(503);
      expect(reply.headers.get('server-timing')).to.match(/^first;dur=\d+\.\d;desc="refused"$/);
      expect(await reply.json()).to.have.nested.property('error.code', 'refused');
    });

    it('gives the provider the whole request, checked and completed', async () => {
      let seen: unknown;
      const own = provider('own', (speechRequest) => {
        seen = speechRequest;
        return Promise.resolve(pcm(Readable.from([PCM])));
      });
      const { speak } = await start({ fallback: [own] });
      await speak(
        { ...PCM_REQUEST, voice: { id: 'nova' }, model: 'tts-1', instructions: 'Softly.', speed: 1.5, lang: 'en' },
        { 'X-Request-Id': 'trace-1' },
      );
      expect(seen).to.deep.equal({
        input: 'Hello there.',
        format: 'pcm',
        speed: 1.5,
        voice: 'nova',
        model: 'tts-1',
        instructions: 'Softly.',
        extra: { lang: 'en' },
        verbatim: { voice: { id: 'nova' } },
        requestId: 'trace-1',
      });
    });

    it('names a warning in a header', async () => {
      const own = provider('own', () =>
        Promise.resolve({ ...pcm(Readable.from([PCM])), warnings: ['voice-substituted'] }),
      );
      const { speak } = await start({ fallback: [own] });
      expect((await speak(PCM_REQUEST)).headers.get('x-speech-warning')).to.equal('voice-substituted');
    });

    it('sends events when asked to, their pieces making up the audio', async () => {
      const { speak } = await start({ fallback: [speaker('first')] });
      const reply = await speak({ ...PCM_REQUEST, stream_format: 'sse' });
      expect(reply.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
      const events = (await reply.text())
        .split('\n\n')
        .filter((block) => block !== '')
        .map((block) => JSON.parse(block.replace(/^data: /, '')) as { type: string; audio?: string });
      expect(events.at(-1)?.type).to.equal('speech.audio.done');
      const audio = events.slice(0, -1).map((event) => Buffer.from(event.audio ?? '', 'base64'));
      expect(Buffer.concat(audio).equals(PCM)).to.equal(true);
    });

    it('destroys the connection when the body dies after the commit, and serves the next request', async () => {
      let dies = true;
      const own = provider('own', () => {
        const stream = new PassThrough();
        stream.write(PCM);
        if (dies) setImmediate(() => stream.destroy(new SpeechError('reset', 'the server died')));
        else stream.end();
        return Promise.resolve(pcm(stream));
      });
      const { speak, speech } = await start({ fallback: [own, TEXT], hold: 0 });
      const reply = await speak(PCM_REQUEST);
      const error: unknown = await reply.arrayBuffer().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Error);
      expect(speech.status().providers[0]?.lastError?.code).to.equal('reset');
      dies = false;
      const next = await speak(PCM_REQUEST);
      expect((await next.arrayBuffer()).byteLength).to.equal(PCM.length);
      expect(speech.status().providers[0]?.running).to.equal(0);
    });

    it('destroys the connection when the stream closes without an end or an error', async () => {
      const own = provider('own', () => {
        const stream = new PassThrough();
        stream.write(PCM);
        setImmediate(() => stream.destroy());
        return Promise.resolve(pcm(stream));
      });
      const { speak } = await start({ fallback: [own, TEXT], hold: 0 });
      const reply = await speak(PCM_REQUEST);
      expect(await reply.arrayBuffer().catch((thrown: unknown) => thrown)).to.be.instanceOf(Error);
    });
  });

  describe('a provider of the user’s own', () => {
    const lies: [string, unknown, string][] = [
      [
        'sends JSON under an audio type',
        () => pcm(Readable.from([Buffer.from('{"error":"out of memory on the GPU device"}')])),
        'not_audio',
      ],
      ['sends another type', () => ({ ...pcm(Readable.from([PCM])), contentType: 'audio/mpeg' }), 'not_audio'],
      ['sends nothing', () => pcm(Readable.from([])), 'empty'],
      ['sends objects', () => pcm(Readable.from([{ a: 1 }])), 'not_audio'],
      [
        'dies before its first byte',
        () =>
          pcm(
            new Readable({
              read() {
                this.destroy(new Error('dead'));
              },
            }),
          ),
        'internal',
      ],
      ['returns nothing at all', () => undefined, 'bad_response'],
      ['returns what is no stream', () => ({ kind: 'audio', contentType: 'audio/pcm', stream: 'a' }), 'bad_response'],
      ['is silent for ever', () => pcm(new PassThrough()), 'deadline'],
    ];
    for (const [what, make, code] of lies) {
      it(`is passed over with ${code} when it ${what}`, async () => {
        const own = provider('own', () => Promise.resolve((make as () => ReturnType<typeof pcm>)()));
        const { speak, speech } = await start({ fallback: [own, speaker('second')], deadline: 400 });
        const { headers } = await speak(PCM_REQUEST);
        expect(headers.get('server-timing')).to.match(new RegExp(`^own;dur=[\\d.]+;desc="${code}", second;dur=`));
        expect(speech.status().providers[0]?.running).to.equal(0);
      });
    }
  });

  describe('text', () => {
    it('hands the text back with the reason and the attempts', async () => {
      const { speak } = await start({ fallback: [failing('a', 'timeout.first_byte'), failing('b'), TEXT] });
      const reply = await speak({ input: ' Read   this,\nplease. ' });
      expect(reply.status).to.equal(200);
      expect(reply.headers.get('content-type')).to.match(/^application\/json/);
      expect(reply.headers.get('x-speech-provider')).to.equal('text');
      expect(reply.headers.get('x-speech-degraded')).to.equal('true');
      const body = (await reply.json()) as { attempts: { provider: string; code: string; ms: number }[] };
      expect(body).to.deep.include({
        object: 'speech.text',
        input: ' Read   this,\nplease. ',
        text: 'Read this, please.',
        reason: 'timeout.first_byte',
      });
      expect(body.attempts.map(({ provider: name, code }) => [name, code])).to.deep.equal([
        ['a', 'timeout.first_byte'],
        ['b', 'refused'],
      ]);
      expect(body.attempts.every(({ ms }) => Number.isInteger(ms))).to.equal(true);
    });

    for (const accept of [
      'application/octet-stream',
      'audio/*',
      'audio/mpeg, audio/wav;q=0.5',
      'audio/mpeg, */*;q=0',
    ]) {
      it(`is a 503 for a client that accepts ${accept}`, async () => {
        const { speak } = await start({ fallback: [failing('a'), TEXT] });
        const reply = await speak({ input: 'Hello.' }, { accept });
        expect(reply.status).to.equal(503);
        expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
        expect(reply.headers.get('x-should-retry')).to.equal('false');
        expect(await reply.json()).to.deep.equal({
          error: {
            message: 'No speech provider could answer this request.',
            type: 'server_error',
            param: null,
            code: 'refused',
          },
          text: 'Hello.',
        });
      });
    }

    for (const accept of ['*/*', 'audio/mpeg, */*;q=0.1', 'application/json', 'text/html, audio/mpeg']) {
      it(`is a 200 for a client that accepts ${accept}`, async () => {
        const { speak } = await start({ fallback: [failing('a'), TEXT] });
        expect((await speak({ input: 'Hello.' }, { accept })).status).to.equal(200);
      });
    }

    it('is a 503 for everybody where the options say so', async () => {
      const { speak } = await start({ fallback: [failing('a'), { type: 'text', status: 503 }] });
      const reply = await speak({ input: 'Hello.' }, { accept: 'application/json' });
      expect(reply.status).to.equal(503);
      expect(await reply.json()).to.have.property('text', 'Hello.');
    });

    it('is not degraded where text is all that was configured', async () => {
      const { speak } = await start({ fallback: [TEXT] });
      const reply = await speak({ input: 'Hello.' });
      expect(reply.headers.get('x-speech-degraded')).to.equal('false');
      expect(await reply.json()).to.deep.include({ reason: 'unsupported', attempts: [] });
    });
  });

  describe('an exhausted chain', () => {
    it('is a 503 that asks for no retry and names the first failure', async () => {
      const { speak } = await start({ fallback: [failing('a', 'status.500'), failing('b')] });
      const reply = await speak({ input: 'Hello.' });
      expect(reply.status).to.equal(503);
      expect(reply.headers.get('retry-after')).to.equal('5');
      expect(reply.headers.get('x-should-retry')).to.equal('false');
      expect(reply.headers.get('x-speech-provider')).to.equal('none');
      expect(reply.headers.get('x-speech-degraded')).to.equal('true');
      expect(Object.keys(((await reply.json()) as { error: object }).error)).to.deep.equal([
        'message',
        'type',
        'param',
        'code',
      ]);
    });

    it('goes to the host’s own error handler where the options say so, and a bad request too', async () => {
      const host = express();
      host.use('/v1', speechRouter({ fallback: [failing('a')], errors: 'next' }));
      host.use(
        (
          error: { status: number; code: string },
          _request: express.Request,
          response: express.Response,
          _next: express.NextFunction,
        ) => {
          response.status(error.status).json({ mine: error.code });
        },
      );
      await request(host).post('/v1/audio/speech').send({ input: 'Hello.' }).expect(503, { mine: 'refused' });
      await request(host).post('/v1/audio/speech').send({}).expect(400, { mine: 'missing_required_parameter' });
    });

    it('ends in text within the deadline when a provider hangs and ignores its signal', async () => {
      const hangs = provider('hangs', () => new Promise(() => undefined));
      const { speak } = await start({ fallback: [hangs, TEXT], deadline: 100 });
      expect(await (await speak({ input: 'Hello.' })).json()).to.have.property('reason', 'deadline');
    });

    it('hides a provider’s bug: no stack, no message of its own', async () => {
      const buggy = provider('buggy', () => {
        throw new TypeError('secret detail');
      });
      const { speak } = await start({ fallback: [buggy] });
      const text = await (await speak({ input: 'Hello.' })).text();
      expect(text).not.to.contain('secret');
      expect(JSON.parse(text)).to.have.nested.property('error.code', 'internal');
    });
  });

  describe('bad input', () => {
    const cases: [string, unknown, number, string, string | null][] = [
      ['what is not JSON', '{"input":', 400, 'invalid_json', null],
      ['an empty body', '', 400, 'missing_required_parameter', 'input'],
      ['a JSON array', [], 400, 'invalid_request', null],
      ['a JSON string', '"hello"', 400, 'invalid_request', null],
      ['null', 'null', 400, 'invalid_request', null],
      ['no input', {}, 400, 'missing_required_parameter', 'input'],
      ['an empty input', { input: '' }, 400, 'invalid_value', 'input'],
      ['white space', { input: ' \n\t ' }, 400, 'invalid_value', 'input'],
      ['a number as input', { input: 7 }, 400, 'invalid_type', 'input'],
      ['null as input', { input: null }, 400, 'invalid_type', 'input'],
      ['4097 characters', { input: 'x'.repeat(4_097) }, 400, 'string_above_max_length', 'input'],
      ['half a surrogate pair alone', '{"input":"\\ud800"}', 400, 'invalid_value', 'input'],
      ['a NUL alone', { input: '\0' }, 400, 'invalid_value', 'input'],
      ['a voice with half a surrogate pair', '{"input":"a","voice":"b\\ud800"}', 400, 'invalid_value', 'voice'],
      ['an unknown format', { input: 'a', response_format: 'ogg' }, 400, 'invalid_value', 'response_format'],
      ['a speed too low', { input: 'a', speed: 0.2 }, 400, 'invalid_value', 'speed'],
      ['a speed too high', { input: 'a', speed: 4.1 }, 400, 'invalid_value', 'speed'],
      ['a speed in words', { input: 'a', speed: 'fast' }, 400, 'invalid_type', 'speed'],
      ['a voice that is a number', { input: 'a', voice: 3 }, 400, 'invalid_value', 'voice'],
      ['a voice without id', { input: 'a', voice: {} }, 400, 'invalid_value', 'voice'],
      ['a voice that breaks lines', { input: 'a', voice: 'x\r\nSet-Cookie: a=b' }, 400, 'invalid_value', 'voice'],
      ['a model that breaks lines', { input: 'a', model: 'x\r\ny' }, 400, 'invalid_value', 'model'],
      ['an unknown stream format', { input: 'a', stream_format: 'ws' }, 400, 'invalid_value', 'stream_format'],
      ['a body over 64 KiB', { input: 'x'.repeat(70_000) }, 413, 'body_too_large', null],
    ];
    for (const [what, body, status, code, param] of cases) {
      it(`answers ${what} with ${String(status)} ${code}, and asks no provider`, async () => {
        const never = provider('never', () => expect.fail('asked'));
        const { speak } = await start({ fallback: [never] });
        const reply = await speak(typeof body === 'string' ? body : JSON.stringify(body));
        expect(reply.status).to.equal(status);
        const { error } = (await reply.json()) as { error: { message: string } };
        expect(error).to.deep.include({ type: 'invalid_request_error', param, code });
        expect(error.message).to.be.a('string').and.not.equal('');
        expect(reply.headers.get('x-speech-provider')).to.equal('none');
        expect(reply.headers.get('x-request-id')).to.be.a('string');
      });
    }

    it('answers another type with 415', async () => {
      const { speak } = await start({ fallback: [speaker('first')] });
      expect((await speak('input=hello', { 'content-type': 'application/x-www-form-urlencoded' })).status).to.equal(
        415,
      );
    });

    it('answers a gzip bomb with 413', async () => {
      const { speechUrl } = await start({ fallback: [speaker('first')] });
      const body = gzipSync(JSON.stringify({ input: 'x'.repeat(50_000_000) }));
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const reply = await fetch(speechUrl, { method: 'POST', headers, body });
      expect(reply.status).to.equal(413);
    });

    it('speaks 4096 characters that take two UTF-16 units each, and counts them as 4096', async () => {
      const { speak } = await start({ fallback: [speaker('first')] });
      expect((await speak({ ...PCM_REQUEST, input: '😀'.repeat(4_096) })).status).to.equal(200);
      expect((await speak({ ...PCM_REQUEST, input: '😀'.repeat(4_097) })).status).to.equal(400);
    });

    it('lets no key reach an object’s prototype', async () => {
      let extra: unknown;
      const own = provider('own', (speechRequest) => {
        extra = speechRequest.extra;
        return Promise.resolve(pcm(Readable.from([PCM])));
      });
      const { speak } = await start({ fallback: [own] });
      const body =
        '{"input":"a","response_format":"pcm","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
      expect((await speak(body)).status).to.equal(200);
      expect(extra).to.deep.equal({});
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
    });

    it('makes a request id of its own where the client’s is not sane', async () => {
      const { speak } = await start({ fallback: [speaker('first')] });
      for (const id of ['has space', 'x'.repeat(200), '<script>']) {
        const reply = await speak(PCM_REQUEST, { 'X-Request-Id': id });
        expect(reply.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
      }
    });

    it('takes a body that the application has parsed already', async () => {
      const { speak } = await start({ fallback: [speaker('first')] }, (host) => host.use(express.json()));
      expect((await speak(PCM_REQUEST)).status).to.equal(200);
    });

    it('answers an upload that does not come to its end with 408, and closes the connection', async () => {
      const { server } = await start({ fallback: [speaker('first')], deadline: 100 });
      const socket = dial(server);
      socket.write(
        'POST /v1/audio/speech HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"i',
      );
      const reply = await readAll(socket);
      expect(reply).to.match(/^HTTP\/1\.1 408 /);
      expect(reply).to.contain('"code":"request_timeout"');
    });
  });

  describe('a client that leaves', () => {
    it('ends the provider’s work and frees its place, before the audio and in the middle of it', async () => {
      const signals: AbortSignal[] = [];
      const asked: (() => void)[] = [];
      const stream = new PassThrough();
      let answer: 'never' | 'stream' = 'never';
      const own = provider('own', (_request, { signal }) => {
        signals.push(signal);
        asked.shift()?.();
        if (answer === 'never') return new Promise(() => undefined);
        stream.write(PCM);
        return Promise.resolve(pcm(stream));
      });
      const { server, speech } = await start({ fallback: [own, TEXT], hold: 0 });
      const wasAsked = (): Promise<void> => new Promise((resolve) => asked.push(resolve));

      const early = dial(server);
      const first = wasAsked();
      early.write(rawRequest(PCM_REQUEST));
      await first;
      early.destroy();
      await aborted(signals[0]);

      answer = 'stream';
      const late = dial(server);
      late.write(rawRequest(PCM_REQUEST));
      await once(late, 'data');
      late.destroy();
      if (!stream.closed) await once(stream, 'close');
      await aborted(signals[1]);
      expect(speech.status().providers[0]?.lastError).to.equal(null);
    });

    it('is not mistaken for a failure: nothing is logged above debug, and no fallback is tried', async () => {
      const lines: string[] = [];
      const log = (level: string) => (object: object) => lines.push(`${level} ${JSON.stringify(object)}`);
      const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
      let asked: () => void = () => undefined;
      const own = provider('own', () => {
        asked();
        return new Promise(() => undefined);
      });
      const { server, speech } = await start({ fallback: [own, TEXT], logger });
      const ended = new Promise((resolve) => speech.on('attempt', resolve));
      const wasAsked = new Promise<void>((resolve) => (asked = resolve));
      const socket = dial(server);
      socket.write(rawRequest(PCM_REQUEST));
      await wasAsked;
      socket.destroy();
      expect(await ended).to.have.property('code', 'aborted');
      expect(lines.filter((line) => !line.startsWith('debug'))).to.deep.equal([]);
    });
  });

  describe('overload', () => {
    it('answers at once with 503 when too many are running, and takes the next when one has ended', async () => {
      const streams: PassThrough[] = [];
      const own = provider('own', () => {
        const stream = new PassThrough();
        stream.write(PCM);
        streams.push(stream);
        return Promise.resolve(pcm(stream));
      });
      const { speak } = await start({ fallback: [own], maxConcurrent: 1, hold: 0 });
      const first = await speak(PCM_REQUEST);
      const second = await speak(PCM_REQUEST);
      expect(second.status).to.equal(503);
      expect(second.headers.get('retry-after')).to.equal('1');
      expect(second.headers.get('x-should-retry')).to.equal(null);
      expect(await second.json()).to.have.nested.property('error.code', 'bulkhead_full');
      streams[0]?.end();
      await first.arrayBuffer();
      expect((await speak(PCM_REQUEST)).status).to.equal(200);
      streams[1]?.end();
    });
  });

  describe('events', () => {
    it('tells of attempts and fallbacks, and survives listeners that throw', async () => {
      const { speak, speech } = await start({ fallback: [failing('a'), speaker('b')] });
      const seen: unknown[] = [];
      const removed = (): void => expect.fail('called');
      speech.on('attempt', () => {
        throw new Error('a listener’s bug');
      });
      speech.on('attempt', ({ provider: name, code }) => seen.push([name, code]));
      speech.on('fallback', ({ from, to, code }) => seen.push([from, to, code]));
      speech.on('attempt', removed).off('attempt', removed);
      expect((await speak(PCM_REQUEST)).status).to.equal(200);
      expect(seen).to.deep.equal([
        ['a', 'refused'],
        ['a', 'b', 'refused'],
        ['b', null],
      ]);
    });

    it('tells when the state of the whole chain changes', async () => {
      const down = { ...failing('a'), check: () => Promise.reject(new SpeechError('refused', 'nobody there')) };
      const speech = speechRouter({ fallback: [down, TEXT] });
      const seen: unknown[] = [];
      speech.on('status', (event) => seen.push(event));
      speech.on('health', ({ provider: name, ok, code }) => seen.push({ name, ok, code }));
      await speech.ready;
      expect(seen).to.deep.equal([
        { name: 'a', ok: false, code: 'refused' },
        { from: 'ok', to: 'text-only' },
      ]);
      await speech.close();
    });

    it('refuses an event that there is not', async () => {
      const { speech } = await start({ fallback: [TEXT] });
      const typo = ['atempt'].join('');
      expect(() => speech.on(typo as 'attempt', () => undefined)).to.throw(TypeError, 'atempt');
    });

    it('survives a logger that throws', async () => {
      const thrower = (): void => {
        throw new Error('a logger’s bug');
      };
      const logger = { debug: thrower, info: thrower, warn: thrower, error: thrower };
      const { speak } = await start({ fallback: [failing('a'), speaker('b')], logger });
      expect((await speak(PCM_REQUEST)).status).to.equal(200);
    });
  });

  describe('companions', () => {
    it('merges voices and models, and answers from memory while a backend is silent', async () => {
      const listed: SpeechProvider = {
        ...speaker('listed'),
        voices: () => Promise.resolve([{ id: 'nova', name: 'Nova' }]),
        models: () => Promise.resolve([{ id: 'tts-1' }]),
      };
      const silent: SpeechProvider = {
        ...speaker('silent'),
        voices: () => new Promise(() => undefined),
        models: () => new Promise(() => undefined),
      };
      const broken: SpeechProvider = { ...speaker('broken'), voices: () => Promise.reject(new Error('broken')) };
      const { origin } = await start({ fallback: [listed, silent, broken, TEXT] });
      const voices = await fetch(`${origin}/v1/audio/voices`);
      expect(await voices.json()).to.deep.equal({ voices: [{ id: 'nova', name: 'Nova', provider: 'listed' }] });
      const models = await fetch(`${origin}/v1/audio/models`);
      expect(await models.json()).to.deep.equal({ models: [{ id: 'tts-1' }] });
    });

    it('tells the health of the chain, and is a 503 when only text is left', async () => {
      const down: SpeechProvider = {
        ...failing('a'),
        check: () => Promise.reject(new SpeechError('refused', 'nobody there')),
      };
      const { origin, speech } = await start({ fallback: [down, TEXT] });
      await speech.ready;
      const reply = await fetch(`${origin}/v1/audio/health`);
      expect(reply.status).to.equal(503);
      expect(await reply.json()).to.deep.equal({
        status: 'text-only',
        providers: [
          { name: 'a', type: 'test', state: 'down', circuit: 'closed' },
          { name: 'text', type: 'text', state: 'up', circuit: 'closed' },
        ],
      });
      expect(speech.status().providers[0]?.lastCheck).to.deep.include({ ok: false, code: 'refused' });
    });

    it('leaves every other path and method to the host', async () => {
      const { origin } = await start({ fallback: [TEXT] });
      expect((await fetch(`${origin}/v1/audio/speech`)).status).to.equal(404);
      expect((await fetch(`${origin}/v1/unknown`)).status).to.equal(404);
      expect((await fetch(`${origin}/other`)).status).to.equal(200);
    });
  });

  describe('verify()', () => {
    it('tries an entry that it does not use', async () => {
      const { speech } = await start({ fallback: [TEXT] });
      const result = await speech.verify(speaker('other'));
      expect(result.steps.map(({ step }) => step)).to.deep.equal(['speak']);
      expect(speech.status().providers.map(({ name }) => name)).to.deep.equal(['text']);
    });

    it('rejects an entry that cannot be used', async () => {
      const { speech } = await start({ fallback: [TEXT] });
      const error: unknown = await speech
        .verify({ type: 'remote', baseUrl: 'htp://tts' })
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SpeechOptionsError);
    });

    it('is given up by its signal, and when the router closes', async () => {
      const { speech } = await start({ fallback: [TEXT] });
      const silent = provider('silent', () => new Promise(() => undefined));
      const leaving = new AbortController();
      const codes = [
        speech.verify(silent, { signal: leaving.signal }),
        speech.verify(silent, { signal: new AbortController().signal }),
        speech.verify(silent),
      ].map((verifying) => verifying.then(String, (error: unknown) => SpeechError.from(error).code));
      leaving.abort();
      expect(await codes[0]).to.equal('aborted');
      await speech.close();
      expect(await Promise.all(codes)).to.deep.equal(['aborted', 'aborted', 'aborted']);
    });
  });

  describe('close()', () => {
    it('lets a running request finish, refuses a new one, closes the providers once, and may be called again', async () => {
      const stream = new PassThrough();
      stream.write(PCM);
      let closed = 0;
      const own: SpeechProvider = {
        ...provider('own', () => Promise.resolve(pcm(stream))),
        close: () => {
          closed += 1;
        },
      };
      const { origin, speak, speech } = await start({ fallback: [own], hold: 0 });
      const running = await speak(PCM_REQUEST);
      expect((await fetch(`${origin}/v1/audio/health`)).status).to.equal(200);
      const closing = speech.close();
      expect(speech.close()).to.equal(closing);
      const refused = await speak(PCM_REQUEST);
      expect(refused.status).to.equal(503);
      expect(await refused.json()).to.have.nested.property('error.code', 'closing');
      // A load balancer is to send nobody any more.
      expect((await fetch(`${origin}/v1/audio/health`)).status).to.equal(503);
      expect(closed).to.equal(0);
      stream.end();
      expect((await running.arrayBuffer()).byteLength).to.equal(PCM.length);
      await closing;
      expect(closed).to.equal(1);
    });

    it('is not stopped by a provider that fails to close', async () => {
      const own: SpeechProvider = { ...speaker('own'), close: () => Promise.reject(new Error('stuck')) };
      const warnings: object[] = [];
      const quiet = (): void => undefined;
      const logger = { debug: quiet, info: quiet, warn: (line: object) => warnings.push(line), error: quiet };
      const { speech } = await start({ fallback: [own], logger });
      await speech.close();
      expect(warnings).to.deep.equal([{ event: 'close', provider: 'own', code: 'internal' }]);
    });
  });
});

function dial(server: TestApp['server']): Socket {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  const socket = connect(address.port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

function rawRequest(body: object): string {
  const json = JSON.stringify(body);
  const head = `POST /v1/audio/speech HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${String(json.length)}`;
  return `${head}\r\n\r\n${json}`;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) throw new Error('the provider was not asked');
  if (!signal.aborted) await once(signal, 'abort');
}
