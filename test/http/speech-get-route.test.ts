import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import type { Express } from 'express';
import { AudioMemory } from '../../lib/cache/audio-memory.js';
import { SpeechCache } from '../../lib/cache/speech-cache.js';
import { RequestAdmission } from '../../lib/chain/admission.js';
import { createSpeechGetRoute } from '../../lib/http/speech-get-route.js';
import { SpeechError, type SpeechEventMap, type SpeechProvider, type SpeechRouterOptions } from '../../lib/index.js';
import { systemClock } from '../../lib/resilience/index.js';
import type { SpeechService } from '../../lib/speech/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { soundIn } from '../support/audio.js';
import { BAD_QUERIES } from '../support/bad-queries.js';
import { CONTENT_TYPES } from '../support/content-types.js';
import { settle } from '../support/fake-clock.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';
import { startUpstream } from '../support/upstream.js';

const TEXT = { type: 'text' } as const;
const QUERY = { input: 'Hello there.', response_format: 'pcm' };

/** A provider whose every synthesis is another one: two samples, and as many bytes of its number as make `size`. */
function counter(name: string, size = 1_000) {
  const made: Buffer[] = [];
  const own = provider(name, () => {
    const sound = Buffer.concat([PCM.subarray(0, 4), Buffer.alloc(size - 4, made.length + 1)]);
    made.push(sound);
    return Promise.resolve(pcm(Readable.from([sound.subarray(0, size / 2), sound.subarray(size / 2)])));
  });
  return { own, made };
}

function refuses(name: string): SpeechProvider {
  return provider(name, () => Promise.reject(new SpeechError('refused', 'made to fail')));
}

describe('GET on the speech route', () => {
  let app: TestApp;

  async function start(options: SpeechRouterOptions, prepare?: (app: Express) => void): Promise<TestApp> {
    app = await startApp({ get: true, ...options }, prepare);
    return app;
  }

  afterEach(() => app.close());

  const addressOf = (query: Record<string, string> | string): string =>
    `${app.speechUrl}?${typeof query === 'string' ? query : new URLSearchParams(query).toString()}`;

  /** Asks with a bare client, as fetch keeps `Range`, `Sec-Fetch-Site` and the length of a HEAD for itself. */
  async function ask(
    query: Record<string, string> | string = QUERY,
    headers: Record<string, string> = {},
    method = 'GET',
  ) {
    const outgoing = httpRequest(addressOf(query), { method, headers, agent: false }).end();
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let isWhole = true;
    try {
      for await (const chunk of reply) chunks.push(chunk as Buffer);
    } catch {
      isWhole = false;
    }
    const body = Buffer.concat(chunks);
    const json = (): unknown => JSON.parse(body.toString());
    return { status: reply.statusCode, headers: reply.headers, body, isWhole, json };
  }

  it('refuses an address that is not in UTF-8, as POST does a body, and no sign of percent', async () => {
    await start({ fallback: [counter('own').own] });
    expect((await ask('input=%e4hnlich')).status).to.equal(400);
    for (const input of ['100%', '%C3%A4hnlich']) {
      expect((await ask(`input=${input}&response_format=pcm`)).status, input).to.equal(200);
    }
  });

  describe('by a player that asks for two bytes first, as Safari does', () => {
    const PROBE = { range: 'bytes=0-1' };

    /** Asks as a player does: two bytes, all of it, and from the middle. All have to be of one synthesis. */
    async function play(query: Record<string, string>, size: number) {
      const probe = await ask(query, PROBE);
      expect(probe.status).to.equal(206);
      expect(probe.headers).to.include({
        'content-range': `bytes 0-1/${String(size)}`,
        'content-length': '2',
        'accept-ranges': 'bytes',
      });
      const whole = await ask(query, { range: 'bytes=0-' });
      expect(whole.status).to.equal(206);
      expect(whole.body.subarray(0, 2).equals(probe.body)).to.equal(true);
      const seek = await ask(query, { range: 'bytes=500-', 'if-range': probe.headers.etag ?? '' });
      expect(seek.headers['content-range']).to.equal(`bytes 500-${String(size - 1)}/${String(size)}`);
      expect(seek.body.equals(whole.body.subarray(500))).to.equal(true);
      for (const { headers } of [whole, seek]) expect(headers.etag).to.equal(probe.headers.etag);
      return { probe, whole, seek };
    }

    it('has its ranges of one synthesis', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const { probe, whole } = await play(QUERY, 1_000);
      expect(whole.body.equals(made[0] ?? Buffer.alloc(0))).to.equal(true);
      expect(made).to.have.length(1);
      expect(probe.headers).to.include({ 'x-speech-degraded': 'false', 'x-speech-cache': 'miss' });
      expect(whole.headers).to.include({ 'x-speech-cache': 'hit', 'x-speech-provider': 'own' });
    });

    it('has them where another provider stood in, which nobody else is given', async () => {
      const { own, made } = counter('second');
      await start({ fallback: [refuses('first'), own] });
      const { probe, seek } = await play(QUERY, 1_000);
      for (const { headers } of [probe, seek]) {
        expect(headers).to.include({
          'x-speech-provider': 'second',
          'x-speech-degraded': 'true',
          'cache-control': 'no-store',
        });
      }
      expect(made).to.have.length(1);
      expect((await ask()).headers).to.include({ 'x-speech-cache': 'miss', 'x-speech-degraded': 'true' });
      expect(made).to.have.length(2);
    });

    it('has them of speech that is too large to be kept, and where nothing is kept', async () => {
      for (const cache of [{ maxBytes: 1_000 }, false] as const) {
        const { own, made } = counter('own', 2_000);
        await start({ fallback: [own], cache });
        await play(QUERY, 2_000);
        expect(made).to.have.length(1);
        await app.close();
      }
      await start({ fallback: [TEXT] });
    });

    it('has them of long text, spoken sentence by sentence', async () => {
      await start({ fallback: [{ type: 'local' }] });
      const input = 'This is a sentence that is said to somebody who listens. '.repeat(12);
      const query = { input, response_format: 'mp3' };
      const probe = await ask(query, PROBE);
      expect(probe.status).to.equal(206);
      const size = Number(/\/(\d+)$/.exec(probe.headers['content-range'] ?? '')?.[1]);
      expect(size).to.be.above(50_000);
      const whole = await ask(query, { range: `bytes=0-${String(size - 1)}` });
      expect(whole.body.length).to.equal(size);
    });

    it('has one synthesis for good where two ask at once', async () => {
      const { own } = counter('own');
      await start({ fallback: [own], cache: false });
      const probes = await Promise.all([ask(QUERY, { range: 'bytes=10-19' }), ask(QUERY, { range: 'bytes=10-19' })]);
      const [one, other] = probes;
      expect(probes.map(({ status }) => status)).to.deep.equal([206, 206]);
      expect(one.headers.etag).to.equal(other.headers.etag);
      expect(one.body.equals(other.body)).to.equal(true);
    });

    it('is answered with an error and no part of it where the speech breaks off', async () => {
      const body = new PassThrough();
      await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))], hold: 0 });
      body.write(PCM);
      const probe = ask(QUERY, PROBE);
      while (body.listenerCount('readable') === 0 && body.readableFlowing !== true) await settle();
      body.destroy(new Error('made to fail'));
      const { status } = await probe;
      expect(status).to.equal(503);
    });

    it('ends the work when it leaves', async () => {
      const body = new PassThrough();
      await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))], hold: 0 });
      body.write(PCM);
      const outgoing = httpRequest(addressOf(QUERY), { headers: PROBE, agent: false }).end();
      outgoing.on('error', () => undefined);
      while (body.readableFlowing !== true && body.listenerCount('readable') === 0) await settle();
      outgoing.destroy();
      await once(body, 'close');
      expect(body.destroyed).to.equal(true);
    });

    it('is refused a range that the speech does not have', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own], cache: false });
      const refused = await ask(QUERY, { range: 'bytes=1000-' });
      expect(refused.status).to.equal(416);
      expect(refused.headers['content-range']).to.equal('bytes */1000');
      expect((await ask(QUERY, PROBE)).status).to.equal(206);
      expect(made).to.have.length(1);
    });

    it('gets text where nobody can speak', async () => {
      await start({ fallback: [refuses('first'), TEXT] });
      const { status, json } = await ask(QUERY, PROBE);
      expect(status).to.equal(200);
      expect(json()).to.include({ object: 'speech.text' });
    });

    it('is not given what is played under another configuration, or to somebody who wants the first voice or none', async () => {
      const { own } = counter('second');
      const failing = refuses('first');
      await start({ fallback: [failing, own] });
      expect((await ask(QUERY, PROBE)).status).to.equal(206);
      expect((await ask(QUERY, { ...PROBE, 'x-speech-fallback': 'none' })).status).to.equal(503);
      app.speech.reconfigure({ get: true, fallback: [speaker('next')] });
      expect((await ask(QUERY, PROBE)).headers).to.include({ 'x-speech-provider': 'next' });
    });
  });

  describe('that is not asked for', () => {
    for (const [what, options] of [
      ['by default', { get: undefined }],
      ['with get: false', { get: false }],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        it(`does not exist for ${method} ${what}`, async () => {
          const { own, made } = counter('own');
          await start({ fallback: [own], ...options }, (host) => host.set('env', 'test'));
          const { status, headers } = await ask(QUERY, {}, method);
          expect(status).to.equal(404);
          expect(headers).not.to.have.property('x-speech-provider');
          expect(made).to.deep.equal([]);
        });
      }
    }

    it('comes and goes with the configuration', async () => {
      const { own } = counter('own');
      await start({ fallback: [own], get: false }, (host) => host.set('env', 'test'));
      app.speech.reconfigure({ fallback: [own], get: true });
      expect((await ask()).status).to.equal(200);
      app.speech.reconfigure({ fallback: [own] });
      expect((await ask()).status).to.equal(404);
    });
  });

  describe('the first time', () => {
    it('streams what POST would, under a tag, and says that the cache had nothing', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const { status, headers, body } = await ask();
      expect(status).to.equal(200);
      expect(body.equals(made[0] ?? Buffer.alloc(0))).to.equal(true);
      expect(headers).to.include({
        'content-type': 'audio/pcm',
        'x-content-type-options': 'nosniff',
        'x-speech-provider': 'own',
        'x-speech-degraded': 'false',
        'x-speech-cache': 'miss',
        'cache-control': 'private, no-cache, no-transform',
      });
      expect(headers.etag).to.match(/^"[0-9a-f-]{36}"$/);
      expect(headers['server-timing']).to.match(/^own;dur=/);
      expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
      expect(headers).not.to.have.property('accept-ranges');
    });

    it('answers a player that takes what comes as it comes, without waiting for the end', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const { status, headers, body } = await ask(QUERY, { range: 'bytes=0-' });
      expect(status).to.equal(200);
      expect(headers).not.to.have.property('content-range');
      expect(body.equals(made[0] ?? Buffer.alloc(0))).to.equal(true);
    });

    it('hands every field to the provider, text as the number it is, and what it does not know as it is', async () => {
      const upstream = await startUpstream();
      await start({ fallback: [{ type: 'remote', baseUrl: upstream.baseUrl }] }, (host) => {
        // An application may parse queries in its own way, or not at all.
        host.set('query parser', false);
      });
      const input = '你好, “world” & more + more';
      const query = { input, model: 'm', voice: 'v', instructions: 'slowly', speed: '1.5', response_format: 'opus' };
      const { status } = await ask({ ...query, stream_format: 'audio', lang_code: 'z', 'a[b]': '1' });
      expect(status).to.equal(200);
      const speech = upstream.requests.find(({ path }) => path === '/v1/audio/speech');
      expect(speech?.body).to.deep.include({ ...query, speed: 1.5, lang_code: 'z', 'a[b]': '1' });
      await upstream.close();
    });

    for (const [what, query, expected] of BAD_QUERIES) {
      it(`refuses ${what}`, async () => {
        const { own, made } = counter('own');
        await start({ fallback: [own], maxInput: 20 });
        const reply = await ask(query);
        expect(reply.status).to.equal(400);
        expect(reply.json()).to.deep.nested.include(
          Object.fromEntries(Object.entries(expected).map(([key, value]) => [`error.${key}`, value])),
        );
        expect(reply.headers).to.include({ 'x-speech-provider': 'none', 'cache-control': 'no-store' });
        expect(made).to.deep.equal([]);
      });
    }

    it('obeys X-Speech-Fallback', async () => {
      await start({ fallback: [refuses('first'), speaker('second')] });
      expect((await ask(QUERY, { 'x-speech-fallback': 'none' })).status).to.equal(503);
      expect((await ask()).headers).to.include({ 'x-speech-provider': 'second', 'x-speech-degraded': 'true' });
    });

    it('counts against the limit of requests at once', async () => {
      const body = new PassThrough();
      body.write(PCM);
      await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))], maxConcurrent: 1, hold: 0 });
      const running = await fetch(addressOf(QUERY));
      const { status, headers, json } = await ask();
      expect(status).to.equal(503);
      expect(headers).to.include({ 'retry-after': '1', 'x-speech-cache': 'off' });
      expect(json()).to.have.nested.property('error.code', 'bulkhead_full');
      body.end();
      await running.arrayBuffer();
    });

    it('hands the text back to whoever takes JSON, and an error to whoever takes sound alone, and keeps neither', async () => {
      await start({ fallback: [refuses('first'), TEXT] });
      const asJson = await ask(QUERY, { accept: '*/*' });
      expect([asJson.status, asJson.headers['cache-control']]).to.deep.equal([200, 'no-store']);
      expect(asJson.json()).to.include({ object: 'speech.text', text: 'Hello there.', reason: 'refused' });
      const asSound = await ask(QUERY, { accept: 'audio/webm,audio/*' });
      expect([asSound.status, asSound.headers['cache-control']]).to.deep.equal([503, 'no-store']);
      expect(asSound.headers['x-speech-cache']).to.equal('miss');
    });

    it('hands errors to the application, where it wants them', async () => {
      await start({ fallback: [refuses('first')], errors: 'next' }, (host) => host.set('env', 'test'));
      const { status, headers } = await ask();
      expect(status).to.equal(503);
      expect(headers['content-type']).to.contain('text/html');
      expect(headers['x-speech-cache']).to.equal('miss');
    });
  });

  describe('that another site has sent', () => {
    const CROSS = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'audio', 'sec-fetch-mode': 'no-cors' };

    it('is refused before anything is done', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const reply = await ask(QUERY, CROSS);
      expect(reply.status).to.equal(403);
      expect(reply.json()).to.have.nested.property('error.code', 'cross_site');
      expect(made).to.deep.equal([]);
    });
  });

  describe('once more', () => {
    let first: Awaited<ReturnType<typeof ask>>;
    let made: Buffer[];

    beforeEach(async () => {
      const own = counter('own');
      ({ made } = own);
      await start({ fallback: [own.own] });
      first = await ask();
    });

    afterEach(() => {
      expect(made).to.have.length(1);
    });

    it('is answered from the cache, with the same bytes and the same tag', async () => {
      const again = await ask();
      expect(again.status).to.equal(200);
      expect(again.body.equals(first.body)).to.equal(true);
      expect(again.headers).to.include({
        etag: first.headers.etag,
        'content-type': 'audio/pcm',
        'content-length': '1000',
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-cache, no-transform',
        'x-speech-provider': 'own',
        'x-speech-degraded': 'false',
        'x-speech-cache': 'hit',
      });
      expect(again.headers).not.to.have.property('server-timing');
    });

    for (const [range, from, to] of [
      ['bytes=0-', 0, 1_000],
      ['bytes=0-0', 0, 1],
      ['bytes=400-599', 400, 600],
      ['bytes=999-', 999, 1_000],
      ['bytes=900-5000', 900, 1_000],
      ['bytes=-100', 900, 1_000],
    ] as const) {
      it(`is answered with the range ${range}`, async () => {
        const part = await ask(QUERY, { range });
        expect(part.status).to.equal(206);
        expect(part.headers).to.include({
          'content-range': `bytes ${from}-${to - 1}/1000`,
          'content-length': String(to - from),
          etag: first.headers.etag,
          'content-type': 'audio/pcm',
        });
        expect(part.body.equals(first.body.subarray(from, to))).to.equal(true);
      });
    }

    for (const [what, range] of [
      ['several ranges', 'bytes=0-9,20-29'],
      ['more than all of the end', 'bytes=-5000'],
      ['another unit', 'seconds=0-1'],
      ['what is no range', 'bytes=a-b'],
    ] as const) {
      it(`is answered with all of it where ${what} is asked for`, async () => {
        const whole = await ask(QUERY, { range });
        expect(whole.status).to.equal(200);
        expect(whole.body.equals(first.body)).to.equal(true);
      });
    }

    for (const range of ['bytes=1000-', 'bytes=5000-6000', 'bytes=-0']) {
      it(`is refused for the range ${range}, with its length`, async () => {
        const refused = await ask(QUERY, { range });
        expect(refused.status).to.equal(416);
        expect(refused.headers).to.include({
          'content-range': 'bytes */1000',
          'cache-control': 'no-store',
          'x-speech-cache': 'hit',
          'x-speech-provider': 'none',
        });
        expect(refused.json()).to.have.nested.property('error.code', 'range_not_satisfiable');
      });
    }

    it('is no more than a 304 for whoever has it', async () => {
      const tag = first.headers.etag ?? '';
      for (const condition of [tag, `"other", ${tag}`, `W/${tag}`]) {
        const fresh = await ask(QUERY, { 'if-none-match': condition, range: 'bytes=0-9' });
        expect(fresh.status).to.equal(304);
        expect(fresh.body.length).to.equal(0);
        expect(fresh.headers).to.include({ etag: tag, 'x-speech-cache': 'hit' });
      }
      expect((await ask(QUERY, { 'if-none-match': '"other"' })).status).to.equal(200);
      const other = await ask(QUERY, { 'if-none-match': '"other"', range: 'bytes=0-9' });
      expect([other.status, other.body.length]).to.deep.equal([206, 10]);
    });

    it('is answered with a range only where If-Range names the same synthesis', async () => {
      const tag = first.headers.etag ?? '';
      const range = 'bytes=0-9';
      expect((await ask(QUERY, { range, 'if-range': tag })).status).to.equal(206);
      for (const condition of ['"other"', `W/${tag}`, new Date().toUTCString()]) {
        expect((await ask(QUERY, { range, 'if-range': condition })).status, condition).to.equal(200);
      }
    });

    it('tells HEAD its length and no byte, whatever the range', async () => {
      const head = await ask(QUERY, { range: 'bytes=0-9' }, 'HEAD');
      expect(head.status).to.equal(200);
      expect(head.body.length).to.equal(0);
      expect(head.headers).to.include({
        'content-length': '1000',
        'content-type': 'audio/pcm',
        etag: first.headers.etag,
        'accept-ranges': 'bytes',
        'x-speech-cache': 'hit',
      });
    });
  });

  describe('HEAD, the first time', () => {
    it('tells the type without making a sound', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const ends: unknown[] = [];
      app.speech.on('request', (end) => ends.push(end));
      const { status, headers } = await ask({ input: 'Hello there.' }, {}, 'HEAD');
      expect(status).to.equal(200);
      expect(headers).to.include({
        'content-type': 'audio/mpeg',
        'x-speech-cache': 'miss',
        'x-speech-provider': 'none',
      });
      expect(headers).not.to.have.property('content-length');
      expect(made).to.deep.equal([]);
      expect((await ask({}, {}, 'HEAD')).status).to.equal(400);
      await settle();
      expect(ends, 'a HEAD is no speech').to.deep.equal([]);
    });
  });

  describe('the cache', () => {
    it('tells one wish from another, and not one client', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      for (const more of [{}, { voice: 'a' }, { voice: 'b' }, { speed: '2' }, { model: 'm' }, { lang: 'z' }]) {
        await ask({ ...QUERY, ...more }, { 'x-request-id': 'one' });
        const again = await ask({ ...more, ...QUERY }, { 'x-request-id': 'two' });
        expect(again.headers).to.include({ 'x-speech-cache': 'hit', 'x-request-id': 'two' });
      }
      expect(made).to.have.length(6);
    });

    it('never joins two syntheses of one request', async () => {
      // Room for one of them at a time.
      const { own, made } = counter('own', 200);
      await start({ fallback: [own], cache: { maxBytes: 800 } });
      const first = await ask();
      const begin = await ask(QUERY, { range: 'bytes=0-99' });
      expect(begin.status).to.equal(206);
      for (const input of ['One.', 'Two.', 'Three.', 'Four.']) await ask({ ...QUERY, input });
      const second = await ask(QUERY, { range: 'bytes=100-', 'if-range': first.headers.etag ?? '' });
      expect(second.status).to.equal(200);
      expect(second.headers.etag).not.to.equal(first.headers.etag);
      const rest = await ask(QUERY, { range: 'bytes=100-', 'if-range': first.headers.etag ?? '' });
      expect(rest.status, 'what is kept now is another one').to.equal(200);
      expect(rest.body.equals(made.at(-1) ?? Buffer.alloc(0))).to.equal(true);
      expect((await ask(QUERY, { range: 'bytes=100-', 'if-range': second.headers.etag ?? '' })).status).to.equal(206);
    });

    it('keeps no more than its bytes, and drops what was not asked for the longest', async () => {
      const { own, made } = counter('own', 200);
      await start({ fallback: [own], cache: { maxBytes: 800 } });
      const inputs = ['One.', 'Two.', 'Three.', 'Four.'];
      for (const input of inputs) await ask({ ...QUERY, input });
      expect((await ask({ ...QUERY, input: 'One.' })).headers['x-speech-cache']).to.equal('hit');
      await ask({ ...QUERY, input: 'Five.' });
      expect((await ask({ ...QUERY, input: 'One.' })).headers['x-speech-cache']).to.equal('hit');
      expect((await ask({ ...QUERY, input: 'Two.' })).headers['x-speech-cache']).to.equal('miss');
      expect(made).to.have.length(6);
    });

    it('keeps nothing larger than a quarter of itself', async () => {
      const { own, made } = counter('own', 1_000);
      await start({ fallback: [own], cache: { maxBytes: 3_996 } });
      const first = await ask();
      expect(first.body.length).to.equal(1_000);
      expect((await ask()).headers['x-speech-cache']).to.equal('miss');
      expect(made).to.have.length(2);
    });

    it('keeps nothing of a provider that stood in for another', async () => {
      const { own, made } = counter('second');
      await start({ fallback: [refuses('first'), own] });
      for (const count of [1, 2]) {
        const { headers } = await ask();
        expect(headers).to.include({
          'x-speech-degraded': 'true',
          'x-speech-cache': 'miss',
          'cache-control': 'no-store',
        });
        expect(headers).not.to.have.property('etag');
        expect(made).to.have.length(count);
      }
    });

    it('keeps nothing of which another provider took over the end', async () => {
      const clock = systemClock;
      const cache = new SpeechCache(
        new AudioMemory({ maxBytes: 1_000_000, ttl: 60_000 }, () => clock.now()),
        'revision',
      );
      const facts = { provider: 'first', degraded: false, attempts: [] };
      const bodies: PassThrough[] = [];
      const service: SpeechService = {
        body: { mostBytes: 1_000, limit: 1_000, clock },
        active: new RequestAdmission(8, clock),
        deadline: 1_000,
        maxInput: 100,
        errors: 'reply',
        get: true,
        cache,
        played: undefined,
        prepare: (request) => request,
        speak() {
          const body = new PassThrough();
          body.write(PCM);
          bodies.push(body);
          const result = { kind: 'audio', contentType: 'audio/pcm', begun: [], rest: body, warnings: [] } as const;
          return Promise.resolve({ result, facts });
        },
      };
      await start({ fallback: [TEXT] }, (host) => {
        const route = createSpeechGetRoute({
          service: () => service,
          clock,
          isClosing: () => false,
          watch: () => undefined,
          onInternal: (_requestId, thrown) => {
            throw thrown;
          },
        });
        host.get('/v1/audio/speech', route);
      });
      for (const degraded of [true, false]) {
        facts.degraded = false;
        const reply = await fetch(addressOf(QUERY));
        expect(reply.headers.get('x-speech-cache')).to.equal('miss');
        facts.degraded = degraded;
        bodies.pop()?.end();
        await reply.arrayBuffer();
      }
      expect((await ask()).headers['x-speech-cache'], 'the second one came to its end as it began').to.equal('hit');
    });

    it('keeps nothing that broke off', async () => {
      const bodies: PassThrough[] = [];
      await start({
        fallback: [
          provider('own', () => {
            const body = new PassThrough();
            body.write(PCM);
            bodies.push(body);
            return Promise.resolve(pcm(body));
          }),
        ],
        hold: 0,
      });
      for (const breakOff of [
        (body: PassThrough) => body.destroy(new SpeechError('reset', 'the server died')),
        (body: PassThrough) => body.destroy(),
      ]) {
        const reply = ask();
        while (bodies.length === 0) await settle();
        breakOff(bodies.pop() ?? new PassThrough());
        expect((await reply).isWhole).to.equal(false);
      }
      const last = ask();
      while (bodies.length === 0) await settle();
      bodies.pop()?.end();
      expect((await last).headers['x-speech-cache']).to.equal('miss');
      expect((await ask()).headers['x-speech-cache']).to.equal('hit');
    });

    it('keeps nothing of a reply whose client has left', async () => {
      const bodies: PassThrough[] = [];
      await start({
        hold: 0,
        fallback: [
          provider('own', () => {
            const body = new PassThrough();
            body.write(PCM);
            bodies.push(body);
            return Promise.resolve(pcm(body));
          }),
        ],
      });
      const controller = new AbortController();
      await fetch(addressOf(QUERY), { signal: controller.signal });
      controller.abort();
      const [body] = bodies;
      if (body === undefined) throw new Error('nobody was asked');
      if (!body.closed) await once(body, 'close');
      const again = ask();
      while (bodies.length === 1) await settle();
      bodies[1]?.end();
      expect((await again).headers['x-speech-cache']).to.equal('miss');
    });

    it('keeps a voice that stands in for the one that was asked for, but not for whoever wants that one or none', async () => {
      let made = 0;
      const own = provider('own', () => {
        made += 1;
        return Promise.resolve({ ...pcm(Readable.from([PCM])), warnings: ['voice-substituted' as const] });
      });
      await start({ fallback: [own] });
      const query = { ...QUERY, voice: 'nova' };
      await ask(query);
      expect((await ask(query)).headers).to.include({
        'x-speech-cache': 'hit',
        'x-speech-warning': 'voice-substituted',
      });
      expect((await ask(query, { 'x-speech-fallback': 'none' })).status).to.equal(503);
      expect(made).to.equal(2);
    });

    it('forgets with the configuration, and remembers with the one from before', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      await ask();
      app.speech.reconfigure({ get: true, fallback: [own], deadline: 9_000 });
      expect((await ask()).headers['x-speech-cache']).to.equal('miss');
      app.speech.reconfigure({ get: true, fallback: [own] });
      expect((await ask()).body.equals(made[0] ?? Buffer.alloc(0))).to.equal(true);
      app.speech.reconfigure({ get: true, fallback: [counter('own', 500).own] });
      expect((await ask()).body.length, 'another object of the same name').to.equal(500);
    });

    it('keeps what began under the configuration before for that one alone', async () => {
      const body = new PassThrough();
      body.write(PCM);
      await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))], hold: 0 });
      const running = await fetch(addressOf(QUERY));
      app.speech.reconfigure({ get: true, fallback: [speaker('next')] });
      body.end(PCM);
      expect((await running.arrayBuffer()).byteLength).to.equal(2 * PCM.length);
      expect((await ask()).headers).to.include({ 'x-speech-cache': 'miss', 'x-speech-provider': 'next' });
    });

    it('can be switched off', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own], cache: false });
      for (const count of [1, 2]) {
        const { status, headers } = await ask();
        expect(status).to.equal(200);
        expect(headers).to.include({ 'x-speech-cache': 'off', 'cache-control': 'no-store' });
        expect(headers).not.to.have.property('etag');
        expect(made).to.have.length(count);
      }
    });

    it('is not read or filled by POST', async () => {
      const { own, made } = counter('own');
      await start({ fallback: [own] });
      const post = async (): Promise<string | null> => {
        const reply = await app.speak(QUERY);
        await reply.arrayBuffer();
        return reply.headers.get('x-speech-cache');
      };
      expect(await post()).to.equal('off');
      expect((await ask()).headers['x-speech-cache']).to.equal('miss');
      expect(await post()).to.equal('off');
      expect(made).to.have.length(3);
    });

    for (const format of ['mp3', 'opus', 'aac', 'flac', 'wav'] as const) {
      it(`cuts its ranges from ${format} of a remote as it came`, async () => {
        const upstream = await startUpstream('speaks in chunks');
        await start({ fallback: [{ type: 'remote', baseUrl: upstream.baseUrl }] });
        const query = { input: 'Hello there.', response_format: format };
        const sound = soundIn(format);
        expect((await ask(query)).body.equals(sound)).to.equal(true);
        const part = await ask(query, { range: 'bytes=50-149' });
        expect([part.status, part.headers['content-type']]).to.deep.equal([206, CONTENT_TYPES[format]]);
        expect(part.body.equals(sound.subarray(50, 150))).to.equal(true);
        await upstream.close();
      });
    }
  });

  describe('in what is told of it', () => {
    let ends: SpeechEventMap['request'][];

    async function told(): Promise<SpeechEventMap['request']> {
      while (ends.length === 0) await settle();
      const [end] = ends.splice(0);
      if (end === undefined) throw new Error('nothing was told');
      return end;
    }

    beforeEach(async () => {
      ends = [];
      await start({ fallback: [counter('own').own] });
      app.speech.on('request', (end) => ends.push(end));
      await ask();
    });

    it('is a miss, and then a hit of the same provider that took no provider’s time', async () => {
      const end = { provider: 'own', outcome: 'audio', code: null, degraded: false, format: 'pcm', characters: 12 };
      expect(await told())
        .to.include({ ...end, cache: 'miss' })
        .and.to.have.property('firstByteMs')
        .that.is.a('number');
      await ask(QUERY, { range: 'bytes=0-9' });
      expect(await told()).to.include({ ...end, firstByteMs: null, cache: 'hit' });
    });

    it('is an error of nobody’s where the range lies outside', async () => {
      await told();
      await ask(QUERY, { range: 'bytes=1000-' });
      const end = { provider: null, outcome: 'error', code: 'range_not_satisfiable', cache: 'hit' };
      expect(await told()).to.include(end);
    });

    it('is off where nobody looked', async () => {
      await told();
      await ask({ input: '' });
      expect(await told()).to.include({ provider: null, outcome: 'error', code: 'invalid_value', cache: 'off' });
    });
  });
});
