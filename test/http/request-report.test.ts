import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { SpeechError, type SpeechEventMap, type SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';

type RequestEnd = SpeechEventMap['request'];

const REQUEST = { input: 'Hello there.', response_format: 'pcm' };
const refuses = provider('first', () => Promise.reject(new SpeechError('refused', 'made to fail')));
const TEXT = { type: 'text' } as const;

describe('the request event', () => {
  let app: TestApp;
  let ends: RequestEnd[];

  async function start(options: SpeechRouterOptions): Promise<void> {
    app = await startApp(options, (own) => own.set('env', 'test'));
    ends = [];
    app.speech.on('request', (end) => ends.push(end));
  }

  afterEach(() => app.close());

  async function theEnd(): Promise<RequestEnd> {
    while (ends.length === 0) await settle();
    await settle();
    const [end, ...more] = ends;
    expect(more).to.deep.equal([]);
    if (end === undefined) throw new Error('nothing was told');
    return end;
  }

  it('tells of audio, with its times', async () => {
    await start({ fallback: [speaker('first')] });
    await (await app.speak(REQUEST, { 'x-request-id': 'mine' })).arrayBuffer();
    const { firstByteMs, totalMs, ...end } = await theEnd();
    expect(end).to.deep.equal({
      requestId: 'mine',
      provider: 'first',
      outcome: 'audio',
      code: null,
      degraded: false,
      leftOut: 0,
      format: 'pcm',
      characters: 12,
      cache: 'off',
    });
    expect(firstByteMs).to.be.within(0, totalMs);
  });

  it('tells of audio by another provider', async () => {
    await start({ fallback: [refuses, speaker('second')] });
    await (await app.speak(REQUEST)).arrayBuffer();
    expect(await theEnd()).to.include({ provider: 'second', outcome: 'audio', code: null, degraded: true });
  });

  for (const status of [200, 503] as const) {
    it(`tells of text with status ${String(status)}, and why`, async () => {
      await start({ fallback: [refuses, { ...TEXT, status }] });
      await (await app.speak(REQUEST)).text();
      const end = { provider: 'text', outcome: 'text', code: 'refused', degraded: true, firstByteMs: null };
      expect(await theEnd()).to.include(end);
    });
  }

  for (const errors of ['reply', 'next'] as const) {
    it(`tells of an exhausted chain, with errors: '${errors}'`, async () => {
      await start({ fallback: [refuses], errors });
      await (await app.speak(REQUEST)).text();
      const end = { provider: null, outcome: 'error', code: 'refused', degraded: true, format: 'pcm', characters: 12 };
      expect(await theEnd()).to.include(end);
    });

    it(`tells of a request that could not be read, with errors: '${errors}'`, async () => {
      await start({ fallback: [speaker('first')], errors });
      await (await app.speak('{')).text();
      const end = {
        provider: null,
        outcome: 'error',
        code: 'invalid_json',
        degraded: false,
        format: null,
        characters: 0,
      };
      expect(await theEnd()).to.include(end);
    });
  }

  for (const stream_format of ['audio', 'sse']) {
    it(`tells of a body that dies, sent as ${stream_format}`, async () => {
      const body = new PassThrough();
      body.write(PCM);
      await start({ fallback: [provider('first', () => Promise.resolve(pcm(body)))], hold: 0 });
      const reply = await app.speak({ ...REQUEST, stream_format });
      body.destroy(new SpeechError('reset', 'the server died'));
      await reply.arrayBuffer().catch(() => undefined);
      expect(await theEnd()).to.include({ provider: 'first', outcome: 'error', code: 'reset' });
    });
  }

  it('tells of a body that ends without an end', async () => {
    const body = new PassThrough();
    body.write(PCM);
    await start({ fallback: [provider('first', () => Promise.resolve(pcm(body)))], hold: 0 });
    const reply = await app.speak(REQUEST);
    body.destroy();
    await reply.arrayBuffer().catch(() => undefined);
    expect(await theEnd()).to.include({ outcome: 'error', code: 'truncated' });
  });

  it('tells of the one who spoke, and when its sound went out, where another one broke off while it was held', async () => {
    const breaks = provider('first', () => {
      const body = new PassThrough();
      body.write(PCM);
      setTimeout(() => body.destroy(new SpeechError('reset', 'the server died')), 20);
      return Promise.resolve(pcm(body));
    });
    await start({ fallback: [breaks, speaker('second')] });
    const reply = await app.speak(REQUEST);
    expect(reply.headers.get('server-timing')).to.match(/^first;dur=[\d.]+;desc="reset", second;dur=[\d.]+$/);
    expect(reply.headers.get('content-length')).to.equal(String(PCM.length));
    await reply.arrayBuffer();
    const { firstByteMs, ...end } = await theEnd();
    expect(end).to.include({ provider: 'second', outcome: 'audio', code: null, degraded: true });
    expect(firstByteMs).to.be.above(19);
  });

  it('tells of a client that leaves before the answer, and in the middle of it', async () => {
    const body = new PassThrough();
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const answers = [() => new Promise<never>(asked), () => Promise.resolve(pcm(body))];
    await start({
      fallback: [provider('first', () => answers.shift()?.() ?? Promise.reject(new Error('no more')))],
      hold: 0,
    });
    const leaves = async (first: Promise<unknown>): Promise<void> => {
      const controller = new AbortController();
      const reply = fetch(app.speechUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(REQUEST),
        signal: controller.signal,
      });
      reply.catch(() => undefined);
      await Promise.race([first, reply]);
      controller.abort();
    };
    await leaves(isAsked);
    expect(await theEnd()).to.include({ provider: null, outcome: 'aborted', code: 'aborted' });
    ends.length = 0;
    body.write(PCM);
    await leaves(new Promise(() => undefined));
    expect(await theEnd()).to.include({ provider: 'first', outcome: 'aborted', code: 'aborted' });
    if (!body.closed) await once(body, 'close');
  });
});
