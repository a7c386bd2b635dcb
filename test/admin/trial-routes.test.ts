import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { speechRouter } from '../../lib/index.js';
import { SpeechError, type SpeechRequest } from '../../lib/index.js';
import type { SpeechControl } from '../../lib/speech/control.js';
import { CONTROL } from '../../lib/speech/control.js';
import { startAdmin, type AdminApp } from '../support/admin-app.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { fakeControl } from '../support/fake-control.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';

const SENTENCE = { provider: 'kokoro', input: 'Hello there.', format: 'pcm' };

/** A call that never ends by itself, and tells its signal. */
function hanging(): { readonly signals: AbortSignal[]; readonly call: (signal: AbortSignal) => Promise<never> } {
  const signals: AbortSignal[] = [];
  return {
    signals,
    call(signal) {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await settle();
}

describe('trials by the admin API', () => {
  let app: AdminApp;
  const clock = new FakeClock();

  async function start(members: Partial<SpeechControl>): Promise<ReturnType<typeof fakeControl>> {
    const fake = fakeControl(members);
    app = await startAdmin(fake.control, clock);
    return fake;
  }

  afterEach(() => app.close());

  it('verify an entry that is not saved', async () => {
    const seen: unknown[] = [];
    const verification = {
      ok: false,
      steps: [{ step: 'connect', ok: false, ms: 1, code: 'refused', hint: 'wrong port' }],
    };
    await start({
      verify: (entry) => {
        seen.push(entry);
        return Promise.resolve(verification as never);
      },
    });
    const entry = { type: 'remote', baseUrl: 'http://127.0.0.1:1/v1' };
    const reply = await app.change('POST', 'verify', entry);
    expect(reply.status).to.equal(200);
    expect(await reply.json()).to.deep.equal(verification);
    expect(seen).to.deep.equal([entry]);
  });

  it('say what is wrong with an entry that cannot be tried', async () => {
    const problems = [{ path: 'baseUrl', message: 'expected an address' }];
    await start({ verify: () => Promise.reject(Object.assign(new Error(), { code: 'ERR_SPEECH_OPTIONS', problems })) });
    const reply = await app.change('POST', 'verify', { type: 'remote' });
    expect(reply.status).to.equal(422);
    expect(await reply.json()).to.deep.include({ problems });
  });

  it('show nothing of an unexpected failure', async () => {
    await start({ verify: () => Promise.reject(new Error('the secret of it')) });
    const reply = await app.change('POST', 'verify', { type: 'remote' });
    expect(reply.status).to.equal(500);
    expect(await reply.text()).not.to.contain('secret');
  });

  it('end with the client that asked for them, and make room for the next', async () => {
    const { signals, call } = hanging();
    await start({ verify: (_entry, { signal }) => call(signal) });
    const leaving = new AbortController();
    const replies = [1, 2].map(() =>
      app.change('POST', 'verify', {}, { signal: leaving.signal }).catch(() => undefined),
    );
    await until(() => signals.length === 2);
    const third = await app.change('POST', 'verify', {});
    expect(third.status).to.equal(429);
    expect(third.headers.get('retry-after')).to.equal('5');
    leaving.abort();
    await Promise.all(replies);
    await until(() => signals.every(({ aborted }) => aborted));
    const next = app.change('POST', 'verify', {});
    await until(() => signals.length === 3);
    await clock.advance(60_000);
    expect((await next).status).to.equal(504);
    expect(signals[2]?.aborted).to.equal(true);
  });

  it('end when the router closes, and begin no more after that', async () => {
    const { signals, call } = hanging();
    const { closing } = await start({ verify: (_entry, { signal }) => call(signal) });
    const reply = app.change('POST', 'verify', {});
    await until(() => signals.length === 1);
    closing.abort();
    expect((await reply).status).to.equal(504);
    expect((await app.change('POST', 'verify', {})).status).to.equal(503);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('have one provider speak, with its sound and the time it took', async () => {
    const asked: [string, SpeechRequest][] = [];
    await start({
      speakThrough: (name, request) => {
        asked.push([name, request]);
        return Promise.resolve(pcm(Readable.from([PCM])));
      },
    });
    const reply = await app.change('POST', 'try', { ...SENTENCE, voice: 'nova' });
    expect(reply.status).to.equal(200);
    expect(reply.headers.get('content-type')).to.equal('audio/pcm');
    expect(reply.headers.get('server-timing')).to.match(/^speech;dur=\d+$/);
    expect(Buffer.from(await reply.arrayBuffer()).equals(PCM)).to.equal(true);
    expect(asked[0]?.[0]).to.equal('kokoro');
    expect(asked[0]?.[1]).to.deep.include({ input: 'Hello there.', format: 'pcm', voice: 'nova' });
  });

  it('hand back text from a provider that has no voice', async () => {
    await start({ speakThrough: () => Promise.resolve({ kind: 'text', text: 'Hello there.', status: 503 }) });
    const reply = await app.change('POST', 'try', SENTENCE);
    expect(reply.status).to.equal(200);
    expect(await reply.json()).to.deep.equal({ text: 'Hello there.' });
  });

  it('say with a code why a provider did not speak', async () => {
    await start({ speakThrough: () => Promise.reject(new SpeechError('refused', 'at 10.0.0.1')) });
    const reply = await app.change('POST', 'try', SENTENCE);
    expect(reply.status).to.equal(502);
    const body = await reply.text();
    expect(JSON.parse(body)).to.have.property('reason', 'refused');
    expect(body).not.to.contain('10.0.0.1');
  });

  it('let go of a sound whose listener has left', async () => {
    const stream = new PassThrough();
    stream.write(PCM);
    await start({ speakThrough: () => Promise.resolve(pcm(stream)) });
    const leaving = new AbortController();
    await app.change('POST', 'try', SENTENCE, { signal: leaving.signal });
    leaving.abort();
    await until(() => stream.destroyed);
    expect(stream.destroyed).to.equal(true);
  });

  it('break the connection of a sound that breaks off', async () => {
    const stream = new PassThrough();
    stream.write(PCM);
    await start({ speakThrough: () => Promise.resolve(pcm(stream)) });
    const reply = await app.change('POST', 'try', SENTENCE);
    stream.destroy(new SpeechError('truncated', 'cut'));
    const failed = await reply.arrayBuffer().then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
  });

  it('break the connection of a sound that goes on with something else than bytes', async () => {
    const stream = Readable.from([PCM.subarray(0, 4_000), { data: PCM }, PCM], { objectMode: true });
    await start({ speakThrough: () => Promise.resolve(pcm(stream)) });
    const failed = await app
      .change('POST', 'try', SENTENCE)
      .then((reply) => reply.arrayBuffer())
      .then(
        () => false,
        () => true,
      );
    expect(failed).to.equal(true);
    await until(() => stream.destroyed);
  });

  it('leave half a character out of a sentence', async () => {
    const asked: string[] = [];
    await start({
      speakThrough(_provider, { input }) {
        asked.push(input);
        return Promise.resolve(pcm(Readable.from([PCM])));
      },
    });
    const reply = await app.change('POST', 'try', { ...SENTENCE, input: 'Hel\ud800lo.' });
    await reply.arrayBuffer();
    expect([reply.status, ...asked]).to.deep.equal([200, 'Hello.']);
  });

  const wrong: [string, object][] = [
    ['no such provider', { provider: 'nobody' }],
    ['nothing to say', { input: ' … ' }],
    ['301 characters', { input: 'a'.repeat(301) }],
    ['an unknown format', { format: 'midi' }],
  ];
  for (const [what, changes] of wrong) {
    it(`refuse a sentence with ${what} before anybody is asked`, async () => {
      await start({});
      expect((await app.change('POST', 'try', { ...SENTENCE, ...changes })).status).to.equal(400);
    });
  }

  it('ask the provider they name, and nobody behind it', async () => {
    const asked: string[] = [];
    const mute = provider('mute', () => Promise.reject(new SpeechError('engine_failed', 'no voice')));
    const speech = speechRouter({
      fallback: [speaker('first'), mute, { ...speaker('last'), name: 'last' }],
    });
    speech.on('attempt', (event) => asked.push(event.provider));
    app = await startAdmin(speech[CONTROL]);
    const reply = await app.change('POST', 'try', { ...SENTENCE, provider: 'mute' });
    expect(reply.status).to.equal(502);
    expect(await reply.json()).to.have.property('reason', 'engine_failed');
    expect(asked).to.deep.equal(['mute']);
    await speech.close();
  });
});
