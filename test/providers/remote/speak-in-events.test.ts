import { getEventListeners, once } from 'node:events';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import type { SpeechAudio, SpeechProvider, SpeechRequest } from '../../../lib/index.js';
import { createRemoteProvider, type RemoteOptions } from '../../../lib/providers/remote/provider.js';
import { samplesOf, soundIn } from '../../support/audio.js';
import { speakPlainly, startBackend, type Backend, type Speak } from '../../support/backend.js';
import { deltas, DONE, EVENT_BEHAVIOURS } from '../../support/event-behaviours.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { limitsFor, remoteOptions, SHORT } from '../../support/remote-options.js';
import { context, silentLogger, speechRequest } from '../../support/speech-request.js';

const SOUND = soundIn('wav');
const SAMPLES = samplesOf(SOUND);

/** Answers as the test wants where events are asked for, and plainly where they are not. */
const ifAsked =
  (speak: Speak): Speak =>
  (response, request) => {
    (request.body['stream_format'] === 'sse' ? speak : speakPlainly)(response, request);
  };

const sends =
  (text: string): Speak =>
  (response) => {
    response.setHeader('content-type', 'text/event-stream; charset=utf-8').end(text);
  };

const behaves =
  (name: keyof typeof EVENT_BEHAVIOURS): Speak =>
  (response, { format }) => {
    EVENT_BEHAVIOURS[name](response, format);
  };

describe('a remote that is asked for events', () => {
  let backend: Backend;
  let provider: SpeechProvider;

  async function start(speak: Speak, options: Partial<RemoteOptions> = {}): Promise<void> {
    backend = await startBackend();
    backend.speak = speak;
    provider = createRemoteProvider(remoteOptions(backend.baseUrl, options));
  }

  afterEach(async () => {
    await provider.close?.();
    await backend.close();
  });

  async function sound(fields: Partial<SpeechRequest> = {}, signal?: AbortSignal): Promise<SpeechAudio> {
    const request = speechRequest({ events: true, ...fields });
    const result = await provider.synthesize(request, context(signal === undefined ? {} : { signal }));
    if (result.kind !== 'audio') throw new Error('expected sound');
    return result;
  }

  const streamFormats = (): unknown[] => backend.asked.map((body) => body['stream_format']);

  it('hands on the sound in them, and what was used once it has ended', async () => {
    await start(behaves('speaks in events'));
    const { signal } = new AbortController();
    const audio = await sound({}, signal);
    expect(audio).to.include({ kind: 'audio', contentType: 'audio/wav' });
    expect(samplesOf(await bytesOf(audio)).equals(SAMPLES)).to.equal(true);
    expect(audio.usage?.()).to.deep.equal({ inputTokens: 3, outputTokens: 44, totalTokens: 47 });
    expect(streamFormats()).to.deep.equal(['sse']);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('is not asked for them where nobody wants them', async () => {
    await start(ifAsked(behaves('speaks in events')));
    const plain = await provider.synthesize(speechRequest(), context());
    if (plain.kind !== 'audio') throw new Error('expected sound');
    expect(samplesOf(await bytesOf(plain)).equals(SAMPLES)).to.equal(true);
    expect(streamFormats()).to.deep.equal([undefined]);
  });

  it('uses the connection again for the next request', async () => {
    await start(behaves('speaks in events'));
    await bytesOf(await sound());
    await bytesOf(await sound());
    expect(backend.openSockets.size).to.equal(1);
  });

  it('ends when the server says so, though that leaves the connection open', async () => {
    await start((response) => {
      response.setHeader('content-type', 'text/event-stream').write(deltas(SOUND) + DONE);
    });
    expect(samplesOf(await bytesOf(await sound())).equals(SAMPLES)).to.equal(true);
  });

  it('does not mind what comes behind the end, though a slow reader has yet to take the sound', async () => {
    await start((response) => {
      response.setHeader('content-type', 'text/event-stream').write(deltas(SOUND) + DONE);
      response.end(`: ${'x'.repeat(300_000)}\n\n`);
    });
    await provider.close?.();
    provider = createRemoteProvider(
      remoteOptions(backend.baseUrl, { maxBytes: 150_000, timeout: limitsFor('timeout.idle') }),
    );
    const audio = await sound();
    await new Promise((resolve) => setTimeout(resolve, SHORT));
    expect(samplesOf(await bytesOf(audio)).equals(SAMPLES)).to.equal(true);
  });

  it('needs neither length nor chunks to know the end', async () => {
    await start((response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${deltas(SOUND)}${DONE}`);
    });
    expect(samplesOf(await bytesOf(await sound())).equals(SAMPLES)).to.equal(true);
  });

  it('may ignore the wish and answer with sound, and is asked again all the same', async () => {
    await start(speakPlainly);
    for (let count = 0; count < 2; count += 1) {
      const audio = await sound();
      expect(audio.usage).to.equal(undefined);
      expect(samplesOf(await bytesOf(audio)).equals(SAMPLES)).to.equal(true);
    }
    expect(streamFormats()).to.deep.equal(['sse', 'sse']);
  });

  describe('and cannot give what is wanted', () => {
    const answers: [string, Speak][] = [
      ...[400, 404, 406, 415, 422, 501].map((status): [string, Speak] => [
        `refuses with ${String(status)}`,
        (response) => response.writeHead(status).end('{"detail":"stream_format"}'),
      ]),
      ['sends HTML under the type of events', behaves('sends HTML under the type of events')],
      ['makes another format in events', sends(deltas(Buffer.alloc(20_000, 7)) + DONE)],
      ['makes no sound in events', sends(DONE)],
      ['reports an error in its first event', sends('data: {"error":{"message":"pcm only"}}\n\n')],
      [
        'compresses its events',
        (response, request) => {
          sends(DONE)(response.setHeader('content-encoding', 'gzip'), request);
        },
      ],
    ];
    for (const [name, speak] of answers) {
      it(`is asked plainly at once when it ${name}, and from then on`, async () => {
        await start(ifAsked(speak));
        const { signal } = new AbortController();
        for (let count = 0; count < 2; count += 1) {
          expect((await bytesOf(await sound({}, signal))).equals(SOUND)).to.equal(true);
        }
        expect(streamFormats()).to.deep.equal(['sse', undefined, undefined]);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
      });
    }

    it('is asked for them in another format, of which nothing is known', async () => {
      await start(ifAsked((response) => response.writeHead(422).end()));
      await bytesOf(await sound());
      await bytesOf(await sound({ format: 'pcm' }));
      expect(streamFormats()).to.deep.equal(['sse', undefined, 'sse', undefined]);
    });

    it('is asked for them again where it would not speak plainly either: it was something else', async () => {
      await start((response) => response.writeHead(400).end('{"detail":"no such voice"}'));
      for (let count = 0; count < 2; count += 1) expect((await failureOf(sound())).code).to.equal('status.400');
      expect(streamFormats()).to.deep.equal(['sse', undefined, 'sse', undefined]);
    });

    const others: [string, Speak, string][] = [
      ['is overloaded', (response) => response.writeHead(503).end(), 'status.503'],
      ['refuses the key', (response) => response.writeHead(401).end(), 'status.401'],
      ['sends no sound in time', sendsHead(': ping\n\n'), 'timeout.first_byte'],
      [
        'sends half an event in time',
        sendsHead('data: {"type":"speech.audio.delta","audio":"AAAA'),
        'timeout.first_byte',
      ],
      ['resets before its sound', (response) => response.socket?.resetAndDestroy(), 'reset'],
    ];
    for (const [name, speak, code] of others) {
      it(`is not asked a second time when it ${name}`, async () => {
        await start(speak, { timeout: limitsFor(code) });
        const { signal } = new AbortController();
        expect((await failureOf(sound({}, signal))).code).to.equal(code);
        expect(streamFormats()).to.deep.equal(['sse']);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
      });
    }
  });

  describe('and fails after sound has begun', () => {
    const faults: [keyof typeof EVENT_BEHAVIOURS, string, 'sse' | undefined][] = [
      ['rests in the middle of its events', 'timeout.idle', 'sse'],
      ['resets in the middle of its events', 'reset', 'sse'],
      ['cuts its events', 'truncated', 'sse'],
      // It will not find the word next time.
      ['ends its events without a word', 'truncated', undefined],
      ['reports an error among its events', 'bad_response', 'sse'],
      ['never ends its events', 'too_large', 'sse'],
    ];
    for (const [name, code, next] of faults) {
      it(`destroys the stream with ${code} when it ${name}`, async () => {
        await start(ifAsked(behaves(name)), { timeout: limitsFor(code) });
        const { signal } = new AbortController();
        expect((await failureOf(bytesOf(await sound({}, signal)))).code).to.equal(code);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
        const again = await sound();
        again.stream.destroy();
        expect(streamFormats()).to.deep.equal(['sse', next]);
      });
    }

    it('counts the bytes as they come, those before the proof and those that are no sound too', async () => {
      await start(ifAsked(sends(`: ${'x'.repeat(30_000)}\n\n${deltas(SOUND)}${DONE}`)), { maxBytes: 75_000 });
      expect((await failureOf(sound().then(bytesOf))).code).to.equal('too_large');
      await provider.close?.();
      provider = createRemoteProvider(remoteOptions(backend.baseUrl, { maxBytes: 150_000 }));
      expect((await bytesOf(await sound())).length).to.equal(SOUND.length);
    });

    it('has the sound destroyed by who aborts, though all of it has come', async () => {
      await start(behaves('speaks in events'));
      const controller = new AbortController();
      const audio = await sound({}, controller.signal);
      controller.abort();
      await finished(audio.stream).catch(() => undefined);
      expect(audio.stream.readableEnded).to.equal(false);
    });

    it('has its work stopped by who leaves', async () => {
      let closed: Promise<unknown> | undefined;
      await start((response, request) => {
        closed = once(response, 'close');
        behaves('rests in the middle of its events')(response, request);
      });
      const audio = await sound();
      audio.stream.destroy();
      await closed;
    });

    it('is not to blame for a reader who rests', async () => {
      const first = SOUND.subarray(0, 20_000);
      let more: (() => void) | undefined;
      await start(
        (response) => {
          response.setHeader('content-type', 'text/event-stream').write(deltas(first));
          more = () => response.end(deltas(SOUND.subarray(first.length)) + DONE);
        },
        { timeout: limitsFor('timeout.idle') },
      );
      const audio = await sound();
      // Longer than the server may rest: it is the reader who has not taken what there is.
      await new Promise((resolve) => setTimeout(resolve, SHORT * 2.5));
      more?.();
      expect(samplesOf(await bytesOf(audio)).equals(SAMPLES)).to.equal(true);
    });
  });

  it('has what it reports written down, and nothing that it was sent', async () => {
    const lines: object[] = [];
    const logger = { ...silentLogger, debug: (object: object) => lines.push(object) };
    await start(ifAsked(sends('data: {"error":{"message":"out of memory"}}\n\n')));
    await provider.synthesize(speechRequest({ events: true }), context({ logger }));
    backend.speak = ifAsked(sends('data: {"error":{"message":"cannot say a secret text"}}\n\n'));
    const request = speechRequest({ events: true, format: 'pcm', input: 'a secret text' });
    await provider.synthesize(request, context({ logger }));
    const [first, second] = lines;
    expect(first).to.include({ event: 'refusal', code: 'bad_response', detail: 'out of memory' });
    expect(second).to.include({ event: 'refusal', code: 'bad_response', detail: '' });
  });
});

/** Sends a head and a little more, and then nothing. */
function sendsHead(text: string): Speak {
  return (response) => {
    response.setHeader('content-type', 'text/event-stream').write(text);
  };
}
