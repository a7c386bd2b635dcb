import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { SpeechFormat } from '../../../lib/index.js';
import { samplesOf, soundIn } from '../../support/audio.js';
import { CONTENT_TYPES } from '../../support/content-types.js';
import { DONE } from '../../support/event-behaviours.js';
import { toneBytes, wavChunk, wavFile, type WavParts } from '../../support/wav.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Answer, Fault, FaultStage } from '../fault.js';
import { startSpeechServer, type Behaviour } from '../speech-server.js';
import { beforeSound, LEEWAY } from './speech-fault.js';

const GROUP = 'bytes that lie about themselves';

const TONE = toneBytes(0.2);
const LIST = wavChunk('LIST', 'INFOISFT\x06\0\0\0Lavf60\0');
const ODD = wavChunk('LIST', 'INFOISFT\x03\0\0\0abc');
const OPEN: WavParts = { dataSize: 0xffffffff, fileSize: 0xffffffff };

const inChunks =
  (body: Uint8Array, type = 'audio/wav'): Behaviour =>
  (response) => {
    response.setHeader('content-type', type).write(body.subarray(0, 100));
    response.end(body.subarray(100));
  };

/** Ends with the connection, as HTTP/1.0 does. */
const unframed =
  (body: (format: SpeechFormat) => Uint8Array): Behaviour =>
  (response: ServerResponse, format) => {
    const head = `HTTP/1.0 200 OK\r\nContent-Type: ${CONTENT_TYPES[format]}\r\n\r\n`;
    response.socket?.end(Buffer.concat([Buffer.from(head), body(format)]));
  };

type Row = Pick<Fault, 'name' | 'how'>;

/** Bodies out of which all of the sound is heard, and nothing else. */
function heard(row: Row, bodies: readonly (readonly [body: Buffer, sound: Buffer])[]): Fault {
  return spoken(row, async (stage) => {
    const server = await startSpeechServer(stage, 'speaks');
    await stage.startApp({ baseUrl: server.baseUrl });
    for (const [body, sound] of bodies) {
      for (const behaviour of [inChunks(body), whole(body)]) {
        server.behave(behaviour);
        const answer = await stage.ask();
        expectWhole(answer);
        expect(samplesOf(answer.body).equals(sound), body.toString('latin1', 0, 60)).to.equal(true);
      }
    }
    server.behave('speaks');
  });
}

const whole =
  (body: Buffer): Behaviour =>
  (response) => {
    response.setHeader('content-type', 'audio/wav').end(body);
  };

function spoken(row: Row, run: Fault['run']): Fault {
  return { ...row, group: GROUP, reply: 'its speech', code: null, counts: 'success', run };
}

function expectWhole(answer: Answer): void {
  expect(answer.provider).to.equal('remote');
  expect(answer.isWhole, 'a whole reply').to.equal(true);
}

/** A body that is found to be cut when it has ended. */
function cut(row: Row, format: SpeechFormat, behaviour: Behaviour): Fault {
  return {
    ...row,
    group: GROUP,
    reply: 'local speech',
    code: 'truncated',
    counts: 'failure',
    async run(stage: FaultStage) {
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ format, within: 2 * PHASE + LEEWAY }), 'local');
    },
  };
}

const UNKNOWN = [0, 0x7fffffff, 0xffffffff, 2_000_000_000, 0x40000000, 1_000_000_000];
const TWICE = Buffer.concat([TONE, TONE]);

const IMPOSSIBLE: readonly WavParts[] = [
  ...[{ bitsPerSample: 0 }, { channels: 255 }, { sampleRate: 1 }, { sampleRate: 2_000_000_000 }],
  { bitsPerSample: 12 },
];

/** Bodies that only describe sound, of each format. */
const DESCRIPTIONS: readonly (readonly [SpeechFormat, Buffer])[] = [
  ['mp3', soundIn('mp3').subarray(0, 20 + 192)],
  ['aac', Buffer.from('fff15c4000fffc'.repeat(20), 'hex')],
  ['opus', soundIn('opus').subarray(0, 121)],
  ['flac', soundIn('flac').subarray(0, 86)],
  ['wav', wavFile(Buffer.alloc(0), { ...OPEN, behind: [LIST] })],
];

export const BYTES: readonly Fault[] = [
  heard(
    {
      name: 'states a size that stands for an unknown one',
      how: '0, 2^31 - 1, 2^32 - 1, 2,000,000,000, 2^30 and 1,000,000,000 in a WAV header, in both places and in one',
    },
    UNKNOWN.flatMap((size) => [
      [wavFile(TONE, { dataSize: size, fileSize: size }), TONE] as const,
      [wavFile(TONE, { dataSize: size }), TONE] as const,
    ]),
  ),
  heard(
    { name: 'sends several WAV files in a row', how: 'two of a stated size, and two of an open one, in one body' },
    [
      [Buffer.concat([wavFile(TONE), wavFile(TONE)]), TWICE],
      [Buffer.concat([wavFile(TONE, OPEN), wavFile(TONE, OPEN)]), TWICE],
    ],
  ),
  heard(
    {
      name: 'sends its sound in several chunks of one WAV file',
      how: 'two chunks of sound, with a list of an odd size between them, filled up and not; and a file without sound behind it',
    },
    [
      [wavFile(TONE, { behind: [wavChunk('data', TONE)] }), TWICE],
      [wavFile(TONE, { behind: [ODD, wavChunk('data', TONE)] }), TWICE],
      [wavFile(TONE, { behind: [ODD.subarray(0, -1), wavChunk('data', TONE)] }), TWICE],
      [Buffer.concat([wavFile(TONE), wavFile(Buffer.alloc(0))]), TONE],
    ],
  ),
  heard(
    {
      name: 'states a size that is short of its sound',
      how: 'the size of its first piece in a WAV header, and 0.18 s of sound behind that',
    },
    [[wavFile(TONE, { dataSize: 960, fileSize: 996 }), TONE]],
  ),
  heard(
    {
      name: 'sends more than sound in a WAV file',
      how: 'lists of names before and behind the sound, junk and zeros behind it, the two sizes behind open sound',
    },
    [
      [wavFile(TONE, { before: [LIST], behind: [LIST] }), TONE],
      [wavFile(TONE, { ...OPEN, behind: [LIST] }), TONE],
      [Buffer.concat([wavFile(TONE), Buffer.from('24e1007e007e24e1', 'hex')]), TONE],
      [Buffer.concat([wavFile(TONE), Buffer.alloc(5_000)]), TONE],
      [Buffer.concat([wavFile(TONE, OPEN), sizesOf(TONE.length)]), TONE],
    ],
  ),
  {
    name: 'describes sound that cannot be',
    group: GROUP,
    how: 'WAV of 0 bits, of 255 channels, of 1 Hz and 2 GHz, and of a block that its samples do not fill',
    reply: 'local speech',
    code: 'not_audio',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks');
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { circuitBreaker: { consecutive: IMPOSSIBLE.length } },
      });
      for (const parts of IMPOSSIBLE) {
        server.behave(inChunks(wavFile(TONE, parts)));
        const answer = await stage.ask();
        expectSpeechFrom(answer, 'local');
        expect(answer.timings[0]?.code, JSON.stringify(parts)).to.equal('not_audio');
      }
    },
  },
  cut(
    {
      name: 'sends less than its WAV header says',
      how: 'half of the sound that a believable header states, and a proper end of the chunks',
    },
    'wav',
    (response) => {
      const file = wavFile(TWICE);
      response.setHeader('content-type', 'audio/wav').write(file.subarray(0, 100));
      setTimeout(() => response.end(file.subarray(100, 10_000)), 20);
    },
  ),
  {
    name: 'announces the end of a file that is cut',
    group: GROUP,
    how: 'half of a frame or page of MP3, AAC and Opus, FLAC short of the samples that it states; in chunks, and with a length',
    reply: 'local speech',
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      const framings = [(body: Buffer) => inChunks(body), whole];
      for (const format of ['mp3', 'aac', 'opus', 'flac'] as const) {
        for (const framing of framings) {
          const sound = soundIn(format);
          const server = await startSpeechServer(stage, framing(sound.subarray(0, Math.floor(0.7 * sound.length))));
          await stage.startApp({ baseUrl: server.baseUrl });
          expectSpeechFrom(await stage.ask({ format }), 'local');
        }
      }
    },
  },
  beforeSound(GROUP, {
    name: 'sends only what describes sound',
    how: 'an open WAV header and a list of names, and no sound between them',
    code: 'empty',
    behaviour: inChunks(wavFile(Buffer.alloc(0), { ...OPEN, behind: [LIST] })),
  }),
  {
    name: 'sends only what describes sound, in every format',
    group: GROUP,
    how: 'a tag and a frame of facts, empty ADTS frames, Opus’s header pages, metadata of FLAC, a WAV header',
    reply: 'local speech',
    code: 'empty',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, (response, format) => {
        const [, body] = DESCRIPTIONS.find(([each]) => each === format) ?? [];
        response.setHeader('content-type', CONTENT_TYPES[format]).end(body);
      });
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { circuitBreaker: { consecutive: DESCRIPTIONS.length } },
      });
      for (const [format] of DESCRIPTIONS) {
        const answer = await stage.ask({ format });
        expectSpeechFrom(answer, 'local');
        expect(answer.timings[0]?.code, format).to.equal('empty');
      }
    },
  },
  spoken(
    { name: 'says 201 or 203 with sound', how: 'the statuses of a framework and of a proxy, over the sound itself' },
    async (stage) => {
      let status = 200;
      const server = await startSpeechServer(stage, (response, format) => {
        response.statusCode = status;
        response.setHeader('content-type', CONTENT_TYPES[format]).end(soundIn(format));
      });
      await stage.startApp({ baseUrl: server.baseUrl });
      for (status of [201, 203]) expectSpeechFrom(await stage.ask(), 'remote');
    },
  ),
  beforeSound(GROUP, {
    name: 'says 204',
    how: 'no content, which is no sound',
    code: 'empty',
    behaviour: (response) => response.writeHead(204).end(),
  }),
  beforeSound(GROUP, {
    name: 'says 206 with a part of the sound',
    how: 'the first thousand bytes of a file, though nobody asked for a part',
    code: 'bad_response',
    behaviour: (response) => {
      const headers = { 'content-type': 'audio/wav', 'content-range': 'bytes 0-999/48044' };
      response.writeHead(206, headers).end(soundIn('wav').subarray(0, 1_000));
    },
  }),
  spoken(
    {
      name: 'cuts the base64 of its events anywhere',
      how: 'one text of base64 cut into events of 1,001 characters, in an address of data, to a client that wants events',
    },
    async (stage) => {
      const text = `data:audio/wav;base64,${soundIn('wav').toString('base64')}`;
      const events = (text.match(/.{1,1001}/g) ?? []).map(
        (audio) => `data: ${JSON.stringify({ type: 'speech.audio.delta', audio })}\n\n`,
      );
      const server = await startSpeechServer(stage, (response) => {
        response.setHeader('content-type', 'text/event-stream').end(events.join('') + DONE);
      });
      await stage.startApp({ baseUrl: server.baseUrl });
      const answer = await stage.ask({ fields: { stream_format: 'sse' } });
      expectWhole(answer);
      const sound = [...answer.body.toString().matchAll(/"audio":"([^"]*)"/g)].map(([, audio = '']) => audio);
      const wav = Buffer.concat(sound.map((audio) => Buffer.from(audio, 'base64')));
      expect(samplesOf(wav).equals(samplesOf(soundIn('wav')))).to.equal(true);
      server.behave('speaks');
    },
  ),
  spoken(
    {
      name: 'ends with its connection',
      how: 'HTTP/1.0, neither length nor chunks: WAV, MP3, AAC, FLAC and Opus show at their end that they are whole',
    },
    async (stage) => {
      const server = await startSpeechServer(stage, unframed(soundIn));
      await stage.startApp({ baseUrl: server.baseUrl });
      for (const format of ['wav', 'mp3', 'aac', 'flac', 'opus'] as const) {
        expectSpeechFrom(await stage.ask({ format, input: 'O' }), 'remote');
      }
      server.behave('speaks');
    },
  ),
  cut(
    {
      name: 'ends with its connection, in the middle of an MP3',
      how: 'the same, with half of the frames that its first one counts, then FIN',
    },
    'mp3',
    unframed((format) => soundIn(format).subarray(0, 20 + 3 * 192)),
  ),
  {
    name: 'ends with its connection where nothing shows the end',
    group: GROUP,
    how: 'the same, with bare samples or a WAV of open length, which may end anywhere',
    reply: 'local speech',
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(
        stage,
        unframed((format) => (format === 'pcm' ? TONE : wavFile(TONE, OPEN))),
      );
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ format: 'pcm' }), 'local');
    },
  },
];

function sizesOf(sound: number): Buffer {
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(sound + 36, 0);
  sizes.writeUInt32LE(sound, 4);
  return sizes;
}
