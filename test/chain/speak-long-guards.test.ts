import { Readable } from 'node:stream';
import { expect } from 'chai';
import { OWN_SHAPE, type SoundShape } from '../../lib/audio/formats.js';
import { readMp3Header } from '../../lib/audio/frame-header.js';
import { writeWavHeader } from '../../lib/audio/wav-header.js';
import type { SpeechEventMap } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { provider } from '../support/fake-provider.js';
import { postRaw, readRaw } from '../support/raw-reply.js';
import {
  sentences,
  startSentenceServer,
  type Answer,
  type SentenceServer,
  type SentenceServerOptions,
} from '../support/sentence-server.js';

const TEXT = sentences(4);
/** A second of sound that anybody hears. */
const SOUND = Buffer.from(Int16Array.from({ length: 24_000 }, (_, at) => (at % 200 < 100 ? 9_100 : -9_100)).buffer);
const HEADER = writeWavHeader(OWN_SHAPE, SOUND.length);

const answerWith =
  (bytes: (sound: Buffer) => Buffer): Answer =>
  (response, sound) => {
    response.end(bytes(sound));
  };

function firstFrame(bytes: Buffer): number {
  const header = readMp3Header(bytes);
  if (header === undefined) throw new Error('there is no frame');
  return header.length;
}

/** Replies that end well and are none: only whoever looks at all of the sound finds out. */
const HOLLOW: [what: string, format: 'wav' | 'pcm' | 'mp3', code: string, answer: Answer][] = [
  ['has half of the sound that its header says', 'wav', 'truncated', answerWith((s) => s.subarray(0, s.length / 2))],
  [
    'has half of it, in chunks',
    'wav',
    'truncated',
    (response, sound) => {
      response.write(sound.subarray(0, 100));
      response.end(sound.subarray(100, sound.length / 2));
    },
  ],
  ['has ten milliseconds of sound', 'pcm', 'empty', answerWith((s) => s.subarray(0, 480))],
  ['is silent', 'pcm', 'empty', answerWith((s) => Buffer.alloc(s.length))],
  [
    'is silent under a header',
    'wav',
    'empty',
    answerWith((s) => Buffer.concat([s.subarray(0, 44), Buffer.alloc(s.length - 44)])),
  ],
  ['has one frame', 'mp3', 'empty', answerWith((s) => s.subarray(0, firstFrame(s)))],
  ['ends within a frame', 'mp3', 'truncated', answerWith((s) => s.subarray(0, s.length - firstFrame(s) / 2))],
];

describe('what the sentences of a long text say of a server', () => {
  let app: TestApp;
  let server: SentenceServer;
  let attempts: SpeechEventMap['attempt'][];

  async function start(options: Omit<SentenceServerOptions, 'level'>): Promise<void> {
    server = await startSentenceServer({ level: 0.3, seconds: 1, ...options });
    const second = provider('stand-in', ({ format }) => {
      const stream = Readable.from([format === 'wav' ? Buffer.concat([HEADER, SOUND]) : SOUND]);
      return Promise.resolve({ kind: 'audio', contentType: format === 'wav' ? 'audio/wav' : 'audio/pcm', stream });
    });
    app = await startApp({
      fallback: [
        { type: 'remote', name: 'server', baseUrl: `${server.origin}/v1`, health: false, retry: { limit: 0 } },
        second,
      ],
    });
    attempts = [];
    app.speech.on('attempt', (event) => attempts.push(event));
  }

  afterEach(async () => {
    await app.close();
    await server.close();
  });

  const speak = async (format: string): Promise<void> => {
    await readRaw(await postRaw(app.speechUrl, { input: TEXT, response_format: format }, {}));
  };
  const status = () => {
    const [first] = app.speech.status().providers;
    if (first === undefined) throw new Error('there is no provider');
    return first;
  };

  for (const [what, format, code, answer] of HOLLOW) {
    it(`opens its circuit when every reply ${what}, and tells of each`, async () => {
      // As long as the sentences take, so that a header which says so is believed.
      await start({ answer, seconds: 4 });
      for (let speeches = 0; speeches < 8; speeches += 1) await speak(format);
      expect(server.asked).to.have.length(5);
      expect(status()).to.include({ circuit: 'open', running: 0 });
      expect(status().lastError?.code).to.equal(code);
      // What a head shows already is told before there is sound; all else when the sentence is joined.
      const told = attempts.filter((attempt) => attempt.provider === 'server' && attempt.code !== null);
      const failures = told.filter((attempt) => attempt.code !== 'circuit_open');
      expect(failures.map((attempt) => attempt.code)).to.deep.equal(Array.from({ length: 5 }, () => code));
    });
  }

  it('holds nothing against one whose sound has another shape, or has to be converted', async () => {
    const shape: SoundShape = { sampleRate: 44_100, channels: 2 };
    await start({ shape });
    for (let speeches = 0; speeches < 6; speeches += 1) await speak('wav');
    expect(status()).to.include({ circuit: 'closed', lastError: null, running: 0 });
    expect(attempts.every(({ code }) => code === null)).to.equal(true);
  });

  it('holds against it what is found out when the sound is converted', async () => {
    const shape: SoundShape = { sampleRate: 16_000, channels: 1 };
    const half: Answer = (response, sound, { number, format }) => {
      const isLater = number > 0 && format === 'wav';
      const header = writeWavHeader(shape, sound.length - 44);
      response.end(isLater ? Buffer.concat([header, sound.subarray(44, sound.length / 2)]) : sound);
    };
    await start({ shape: OWN_SHAPE, answer: half });
    for (let speeches = 0; speeches < 3; speeches += 1) await speak('wav');
    expect(status().lastError?.code).to.equal('truncated');
  });

  it('takes back its place when a speech has ended, however that was', async () => {
    await start({ answer: answerWith((sound) => sound.subarray(0, sound.length / 2)) });
    await speak('wav');
    expect(status()).to.include({ running: 0, queued: 0 });
  });
});
