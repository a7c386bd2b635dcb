import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { readMp3Header } from '../../../lib/audio/frame-header.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { readWavHeader } from '../../../lib/audio/wav-header.js';
import type { SpeechAudio, SpeechProvider, SpeechRequest } from '../../../lib/index.js';
import { createConverter, type Converter } from '../../../lib/providers/local/converter.js';
import { createRemoteProvider, type RemoteOptions } from '../../../lib/providers/remote/provider.js';
import { samplesOf, soundIn } from '../../support/audio.js';
import { speakPlainly, startBackend, type Backend, type Speak } from '../../support/backend.js';
import { deltas, DONE } from '../../support/event-behaviours.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { limitsFor, remoteOptions } from '../../support/remote-options.js';
import { context, speechRequest } from '../../support/speech-request.js';
import { toneBytes, wavFile } from '../../support/wav.js';

const SECOND = toneBytes(1);

/** A worker takes a moment to load its encoder on a busy machine, and the sound waits meanwhile. */
const PATIENT = limitsFor();

const sends =
  (type: string, body: Uint8Array): Speak =>
  (response) => {
    response.setHeader('content-type', type).end(body);
  };

/** Makes these, and says of the others that it does not. */
const only =
  (formats: readonly SpeechFormat[], refuse: Speak): Speak =>
  (response, request) => {
    (formats.includes(request.format) ? speakPlainly : refuse)(response, request);
  };

const refusal =
  (status: number, body: string): Speak =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

/** Counts how often a second of samples at 24 kHz goes up and down. */
function hertzOf(pcm: Buffer): number {
  let crossings = 0;
  for (let at = 2; at + 1 < pcm.length; at += 2) {
    if (pcm.readInt16LE(at - 2) < 0 && pcm.readInt16LE(at) >= 0) crossings += 1;
  }
  return (crossings * 48_000) / pcm.length;
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

describe('a remote that makes another format than is wanted', function () {
  this.timeout(30_000);
  let converter: Converter;
  let backend: Backend;
  let provider: SpeechProvider;

  before(() => {
    converter = createConverter();
  });
  after(() => converter.close());

  async function start(speak: Speak, options: Partial<RemoteOptions> = {}): Promise<void> {
    backend = await startBackend();
    backend.speak = speak;
    provider = createRemoteProvider(remoteOptions(backend.baseUrl, { timeout: PATIENT, ...options }), { converter });
  }

  afterEach(async () => {
    await provider.close?.();
    await backend.close();
  });

  async function sound(format: SpeechFormat, fields: Partial<SpeechRequest> = {}): Promise<SpeechAudio> {
    const result = await provider.synthesize(speechRequest({ format, ...fields }), context());
    if (result.kind !== 'audio') throw new Error('expected sound');
    return result;
  }

  const heard = async (format: SpeechFormat, fields: Partial<SpeechRequest> = {}): Promise<Buffer> =>
    bytesOf(await sound(format, fields));
  const asked = (): unknown[] => backend.asked.map((body) => body['response_format']);

  for (const source of ['wav', 'pcm'] as const) {
    it(`serves every client of a server that makes ${source} alone, and is asked for nothing else`, async () => {
      await start(speakPlainly, { formats: [source] });
      expect(provider.capabilities?.formats).to.deep.equal(SPEECH_FORMATS);
      for (const format of SPEECH_FORMATS) {
        const audio = await sound(format);
        expect(sniffAudio(format, await bytesOf(audio)), format).to.equal('valid');
      }
      expect(new Set(asked())).to.deep.equal(new Set([source]));
      expect(Math.abs(hertzOf(await heard('pcm')) - 440)).to.be.below(5);
    });
  }

  it('does without a worker where the samples are wanted as they are', async () => {
    await start(sends('audio/wav', wavFile(SECOND)));
    expect((await heard('pcm')).equals(SECOND)).to.equal(true);
    backend.speak = sends('audio/pcm;rate=16000;channels=2', SECOND);
    await provider.close?.();
    provider = createRemoteProvider(remoteOptions(backend.baseUrl, { formats: ['pcm'] }), { converter });
    const wav = await heard('wav');
    expect(samplesOf(wav).equals(SECOND)).to.equal(true);
    expect(readWavHeader(wav)).to.include({ sampleRate: 16_000, channels: 2, bitsPerSample: 16 });
  });

  const refusals: [what: string, refuse: Speak][] = [
    [
      '422 as FastAPI says it',
      refusal(422, '{"detail":[{"loc":["body","response_format"],"msg":"Input should be \'wav\'"}]}'),
    ],
    ['400 that names the format', refusal(400, '{"error":{"message":"mp3 is not supported"}}')],
    ['500 for want of ffmpeg', refusal(500, '{"detail":"ffmpeg not found"}')],
    ['415 without a word', refusal(415, '')],
    ['501 without a word', refusal(501, '')],
    ['WAV all the same', sends('audio/mpeg', soundIn('wav'))],
    ['AAC in its place', sends('audio/mpeg', soundIn('aac'))],
  ];
  for (const [what, refuse] of refusals) {
    it(`finds out that the server does not make mp3 by ${what}, and asks for the right thing from then on`, async () => {
      await start(only(['wav'], refuse));
      for (let count = 0; count < 3; count += 1) expect(sniffAudio('mp3', await heard('mp3'))).to.equal('valid');
      expect(asked().filter((format) => format === 'mp3')).to.deep.equal(['mp3']);
      expect(asked().slice(-2)).to.deep.equal(['wav', 'wav']);
    });
  }

  const others: [what: string, refuse: Speak, code: string][] = [
    ['a voice', refusal(400, '{"error":{"message":"no such voice: alloy"}}'), 'status.400'],
    ['the key', refusal(401, '{"error":"bad key for mp3"}'), 'status.401'],
    ['being busy', refusal(503, '{"detail":"the encoder is being loaded"}'), 'status.503'],
  ];
  for (const [what, refuse, code] of others) {
    it(`takes a refusal over ${what} for no matter of formats`, async () => {
      await start(only(['wav'], refuse));
      for (let count = 0; count < 2; count += 1) expect((await failureOf(heard('mp3'))).code).to.equal(code);
      expect(asked()).to.deep.equal(['mp3', 'mp3']);
    });
  }

  it('tries another format once a minute at the most where that does not help, and tells the first refusal', async () => {
    const refuse = refusal(400, '{"error":"unsupported format"}');
    await start((response, request) => {
      (request.format === 'mp3' ? refuse : refusal(422, '{"detail":"voice"}'))(response, request);
    });
    for (let count = 0; count < 3; count += 1) expect((await failureOf(heard('mp3'))).code).to.equal('status.400');
    expect(asked()).to.deep.equal(['mp3', 'wav', 'mp3', 'mp3']);
  });

  it('blames no server for a format that it does not make, and does not ask again', async () => {
    await start(sends('audio/mpeg', soundIn('mp3')));
    for (let count = 0; count < 2; count += 1) {
      const failure = await failureOf(heard('wav'));
      expect(failure).to.include({ code: 'unsupported', blamesProvider: false });
    }
    expect(asked()).to.deep.equal(['wav', 'pcm']);
    expect((await heard('mp3')).equals(soundIn('mp3'))).to.equal(true);
  });

  it('takes sound under any type of sound for what it is, and a page or a message for none', async () => {
    for (const type of ['audio/mpeg', 'audio/whatever', 'application/octet-stream', 'video/mp4']) {
      await start((response, request) => {
        sends(type, soundIn(request.format))(response, request);
      });
      for (const format of SPEECH_FORMATS) {
        const bytes = await heard(format);
        const isSame = bytes.equals(soundIn(format));
        expect(isSame, `${format} under ${type}`).to.equal(true);
      }
      await provider.close?.();
      await backend.close();
    }
    for (const [type, body] of [
      ['text/html', soundIn('mp3')],
      ['application/json', soundIn('wav')],
      ['audio/mpeg', Buffer.from('<!doctype html><title>Not here</title>')],
      ['audio/pcm', Buffer.from('{"error":{"message":"the model is being loaded"}}')],
      ['audio/pcm;rate=16000', Buffer.from('<html><body>Bad Gateway, try again later</body></html>')],
    ] as const) {
      await start(sends(type, body));
      for (const format of ['mp3', 'wav', 'pcm'] as const) {
        expect((await failureOf(heard(format))).code, `${format} under ${type}`).to.equal('not_audio');
      }
      if (type !== 'audio/pcm;rate=16000') {
        await provider.close?.();
        await backend.close();
      }
    }
  });

  const layouts: [type: string, headers: Record<string, string>, body: Buffer, option?: RemoteOptions['pcm']][] = [
    ['audio/pcm;rate=16000', {}, toneBytes(1, { sampleRate: 16_000 })],
    ['audio/pcm; rate=44100; channels=1', {}, toneBytes(1, { sampleRate: 44_100 })],
    ['audio/L16;rate=48000;channels=2', {}, toneBytes(1, { sampleRate: 48_000, channels: 2 })],
    ['audio/L16;rate=48000;channels=2', {}, swapped(toneBytes(1, { sampleRate: 48_000, channels: 2 }))],
    ['audio/L16; rate=24000', {}, swapped(SECOND)],
    ['audio/L16; rate=24000', {}, SECOND],
    ['audio/L16;rate=8000', {}, Buffer.concat([Buffer.alloc(12_000), toneBytes(0.25, { sampleRate: 8_000 })])],
    ['audio/pcm_s16be', {}, swapped(SECOND)],
    ['audio/x-raw,format=S16LE,rate=22050,channels=2', {}, toneBytes(1, { sampleRate: 22_050, channels: 2 })],
    ['audio/pcm', { 'x-audio-sample-rate': '22050' }, toneBytes(1, { sampleRate: 22_050 })],
    ['audio/pcm_s16le', {}, toneBytes(1, { sampleRate: 22_050 }), { sampleRate: 22_050, channels: 1 }],
    ['audio/mpeg', {}, toneBytes(1, { sampleRate: 48_000, channels: 2 }), { sampleRate: 48_000, channels: 2 }],
  ];
  for (const [type, headers, body, pcm] of layouts) {
    it(`makes pcm of 24 kHz of ${type} with ${JSON.stringify(headers)} and ${JSON.stringify(pcm ?? {})}`, async () => {
      await start(
        (response) => {
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          sends(type, body)(response, { body: {}, format: 'pcm' });
        },
        pcm === undefined ? {} : { pcm },
      );
      const samples = await heard('pcm');
      expect(samples.length / 48_000).to.be.closeTo(1, 0.01);
      const isHalfSilent = type.includes('8000') && !type.includes('48000');
      expect(hertzOf(samples)).to.be.closeTo(isHalfSilent ? 110 : 440, 6);
    });
  }

  it('makes segments in the shape that was sent before', async () => {
    await start(speakPlainly, { formats: ['wav'] });
    const shape = { sampleRate: 44_100, channels: 2 } as const;
    const part = { index: 1, count: 2, whole: 'Hello there. And so on.', shape };
    expect(readMp3Header(await heard('mp3', { part }))).to.include(shape);
    expect(readMp3Header(await heard('mp3'))).to.include({ sampleRate: 24_000, channels: 1 });
  });

  it('converts what was in events as well, and tells what was used', async () => {
    await start((response) => {
      response.setHeader('content-type', 'text/event-stream').end(deltas(soundIn('wav')) + DONE);
    });
    const audio = await sound('mp3', { events: true });
    expect(sniffAudio('mp3', await bytesOf(audio))).to.equal('valid');
    expect(audio.usage?.()).to.deep.equal({ inputTokens: 3, outputTokens: 44, totalTokens: 47 });
  });

  it('takes files in a row, each in an event, for one', async () => {
    const file = wavFile(SECOND.subarray(0, 9_600));
    await start((response) => {
      response.setHeader('content-type', 'text/event-stream').end(deltas(file) + deltas(file) + DONE);
    });
    const wav = await heard('wav', { events: true });
    expect(samplesOf(wav).length).to.equal(2 * 9_600);
  });

  describe('fails in no other way than one that makes it', () => {
    const half = wavFile(SECOND, { dataSize: 2 * SECOND.length, fileSize: 2 * SECOND.length + 36 });
    const faults: [what: string, code: string, speak: Speak][] = [
      [
        'sends less than its header says',
        'truncated',
        (response) => void response.writeHead(200).write(half, () => response.end()),
      ],
      [
        'cuts its chunks',
        'truncated',
        (response) => void response.writeHead(200).write(half, () => setTimeout(() => response.socket?.end(), 20)),
      ],
      [
        'resets',
        'reset',
        (response) =>
          void response.writeHead(200).write(half, () => setTimeout(() => response.socket?.resetAndDestroy(), 20)),
      ],
      ['rests', 'timeout.idle', (response) => void response.writeHead(200).write(half)],
    ];
    for (const [what, code, speak] of faults) {
      for (const format of ['mp3', 'pcm', 'wav'] as const) {
        it(`says ${code} to a client of ${format} when it ${what}`, async () => {
          await start(speak, { formats: ['wav'], timeout: { ...PATIENT, idle: 500 } });
          const { signal } = new AbortController();
          // Before there is sound of ours or after it: a worker may take longer than the server does.
          const speech = provider.synthesize(speechRequest({ format }), context({ signal })).then(async (result) => {
            if (result.kind !== 'audio') throw new Error('expected sound');
            return bytesOf(result);
          });
          expect((await failureOf(speech)).code).to.equal(code);
          expect(getEventListeners(signal, 'abort')).to.have.length(0);
        });
      }
    }

    it('says empty of a file that has no sound in it', async () => {
      await start(sends('audio/wav', wavFile(Buffer.alloc(0))), { formats: ['wav'] });
      expect((await failureOf(heard('mp3'))).code).to.equal('empty');
    });

    it('has the server stop when the client leaves', async () => {
      await start((response) => void response.writeHead(200).write(half), { formats: ['wav'] });
      const audio = await sound('mp3');
      audio.stream.destroy();
      const end = performance.now() + 5_000;
      while (backend.openSockets.size > 0 && performance.now() < end) await new Promise(setImmediate);
      expect(backend.openSockets.size).to.equal(0);
    });
  });

  it('hears all of a file whose size is no whole number of samples', async () => {
    for (const size of [1, 4_401, SECOND.length / 2 - 1]) {
      await start(sends('audio/wav', wavFile(SECOND, { dataSize: size, fileSize: size + 36 })));
      expect(samplesOf(await heard('wav')).equals(SECOND), String(size)).to.equal(true);
    }
  });

  describe('with a WAV header that says more than the Content-Length', () => {
    const claiming = (bytes: number): Buffer =>
      wavFile(SECOND, { dataSize: SECOND.length + bytes, fileSize: SECOND.length + bytes + 36 });
    const cases: [what: string, input: string, bytes: number][] = [
      ['by a miscount of the header', 'Good morning.', 44],
      ['by more than the text can take', 'Good morning.', 10 * SECOND.length],
    ];
    it('takes it for one that was cut by a few bytes more than stand before its sound', async () => {
      for (const missing of [46, 200, 1_000]) {
        await start(sends('audio/wav', claiming(missing)));
        const failure = await failureOf(heard('wav', { input: 'a'.repeat(27) }));
        expect(failure.code, String(missing)).to.equal('truncated');
      }
    });
    for (const [what, input, bytes] of cases) {
      it(`takes all there is ${what}`, async () => {
        await start(sends('audio/wav', claiming(bytes)));
        expect(samplesOf(await heard('wav', { input })).equals(SECOND)).to.equal(true);
        expect(sniffAudio('mp3', await heard('mp3', { input }))).to.equal('valid');
      });
    }

    for (const input of ['Good morning to all of you.', 'Good morning, and so on, and so on. '.repeat(4)]) {
      it(`takes it for one that was cut where ${String(input.length)} letters may take as long as it says`, async () => {
        await start(sends('audio/wav', claiming(SECOND.length)));
        for (const format of ['wav', 'mp3', 'pcm'] as const) {
          // Before anything is sent.
          const failure = await failureOf(sound(format, { input }));
          expect(failure).to.include({ code: 'truncated', blamesProvider: true });
        }
      });
    }
  });

  describe('takes sound under any status of success', () => {
    for (const status of [201, 202, 203, 206, 226]) {
      it(`takes ${String(status)}`, async () => {
        const sounds = soundIn('mp3');
        await start((response) => {
          if (status === 206)
            response.setHeader('content-range', `bytes 0-${String(sounds.length - 1)}/${String(sounds.length)}`);
          response.statusCode = status;
          response.setHeader('content-type', 'audio/mpeg').end(sounds);
        });
        expect((await heard('mp3')).equals(sounds)).to.equal(true);
      });
    }

    const nothing: [status: number, code: string, headers?: Record<string, string>][] = [
      [204, 'empty'],
      [205, 'empty'],
      [206, 'bad_response'],
      [206, 'bad_response', { 'content-range': 'bytes 0-99/2000' }],
      [206, 'bad_response', { 'content-range': 'bytes 100-1999/2000' }],
    ];
    for (const [status, code, headers = {}] of nothing) {
      it(`says ${code} of ${String(status)} with ${JSON.stringify(headers)}`, async () => {
        await start((response) => {
          response.writeHead(status, { 'content-type': 'audio/mpeg', ...headers }).end(soundIn('mp3'));
        });
        expect((await failureOf(heard('mp3'))).code).to.equal(code);
      });
    }
  });

  describe('says empty of what only describes sound', () => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x00', 'latin1'), Buffer.alloc(128)]);
    const info = soundIn('mp3').subarray(0, 20 + 192);
    const bodies: [what: string, format: SpeechFormat, body: Buffer][] = [
      ['a tag', 'mp3', tag],
      ['a tag and a frame of facts', 'mp3', info],
      ['a frame of facts and a tag behind', 'mp3', Buffer.concat([info, Buffer.from('TAG'), Buffer.alloc(125)])],
      ['an APE tag', 'mp3', Buffer.concat([Buffer.from('APETAGEX\xd0\x07\0\0\x08\0\0\0', 'latin1'), Buffer.alloc(24)])],
      ['headers of frames', 'aac', Buffer.from('fff15c4000fffc'.repeat(20), 'hex')],
      ['a tag', 'aac', tag],
      ['its two header pages', 'opus', soundIn('opus').subarray(0, 121)],
      ['metadata', 'flac', soundIn('flac').subarray(0, 86)],
      ['a header', 'wav', wavFile(Buffer.alloc(0))],
      ['an open header', 'wav', wavFile(Buffer.alloc(0), { dataSize: 0xffffffff, fileSize: 0xffffffff })],
      [
        'a header and a chunk',
        'wav',
        wavFile(Buffer.alloc(0), { behind: [Buffer.from('LIST\x04\0\0\0INFO', 'latin1')] }),
      ],
      ['nothing', 'pcm', Buffer.alloc(0)],
    ];
    for (const [what, format, body] of bodies) {
      it(`${what} of ${format}`, async () => {
        await start(sends('audio/mpeg', body));
        expect((await failureOf(heard(format))).code).to.equal('empty');
      });
    }
  });
});
