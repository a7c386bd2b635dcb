import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { expectBroken, expectSpeechFrom } from '../expectations.js';
import type { Fault } from '../fault.js';
import { startSpeechServer, type Behaviour } from '../speech-server.js';
import { beforeSound, inMidSound, LEEWAY } from './speech-fault.js';

const GROUP = 'body';
const SOUND = soundIn('wav');

/** Sends the sound in so many pieces, one each so many milliseconds. */
const dripping =
  (pieces: number, every: number): Behaviour =>
  (response) => {
    response.setHeader('content-type', 'audio/wav').setHeader('content-length', SOUND.length);
    let piece = 0;
    const size = Math.ceil(SOUND.length / pieces);
    const timer = setInterval(() => {
      response.write(SOUND.subarray(piece * size, (piece + 1) * size));
      piece += 1;
      if (piece < pieces) return;
      clearInterval(timer);
      response.end();
    }, every);
    response.once('close', () => {
      clearInterval(timer);
    });
  };

/** 64 MiB of silence, packed beforehand: that takes longer than a busy machine has for the first byte. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

const bomb: Behaviour = (response: ServerResponse) => {
  response.setHeader('content-type', 'audio/wav').setHeader('content-encoding', 'gzip').end(BOMB);
};

export const BODY: readonly Fault[] = [
  beforeSound(GROUP, {
    name: 'sends its headers and stalls',
    how: 'status 200 with an audio type, and nothing behind it',
    code: 'timeout.first_byte',
    behaviour: 'sends headers, then nothing',
  }),
  beforeSound(GROUP, {
    name: 'sends one byte and stalls',
    how: 'the first byte of a WAV file, and nothing behind it',
    code: 'timeout.first_byte',
    behaviour: 'sends one byte, then nothing',
  }),
  beforeSound(GROUP, {
    name: 'sends a WAV header and stalls',
    how: 'the 44 bytes before the sound, and nothing behind them',
    code: 'timeout.first_byte',
    behaviour: (response) => {
      response.setHeader('content-type', 'audio/wav').write(SOUND.subarray(0, 44));
    },
  }),
  beforeSound(GROUP, {
    name: 'drips what comes before the sound',
    how: 'one byte of a WAV header every 50 ms, so that no rest is long',
    code: 'timeout.first_byte',
    behaviour: dripping(SOUND.length, 50),
  }),
  inMidSound(GROUP, {
    name: 'sends half the sound and stalls',
    how: 'half of a WAV file, and nothing behind it',
    code: 'timeout.idle',
    behaviour: 'sends sound, then nothing',
  }),
  {
    name: 'drips its sound',
    group: GROUP,
    how: '15 pieces, one every 100 ms: slower in all than the limit for its rests, but never at rest for long',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, dripping(15, 100));
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: { idle: 1_000 } } });
      const answer = await stage.ask({ within: 1_500 + LEEWAY });
      expectSpeechFrom(answer, 'remote');
      expect(answer.ms).to.be.above(1_000);
      server.behave('speaks');
    },
  },
  {
    name: 'drips its sound without an end in sight',
    group: GROUP,
    how: '1,000 pieces, one every 50 ms, and a limit of 900 ms for the whole call',
    reply: 'a destroyed connection',
    code: 'timeout.total',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, dripping(1_000, 50));
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: { total: 900 } } });
      expectBroken(await stage.ask({ within: 900 + LEEWAY }));
    },
  },
  inMidSound(GROUP, {
    name: 'resets in the middle of the sound',
    how: 'half of a WAV file, then RST',
    code: 'reset',
    behaviour: 'resets in the middle',
  }),
  inMidSound(GROUP, {
    name: 'sends less than its Content-Length',
    how: 'half of the bytes that it announced, then FIN',
    code: 'truncated',
    behaviour: 'sends less than it said',
  }),
  inMidSound(GROUP, {
    name: 'cuts its chunks',
    how: 'chunked, half of a WAV file, then FIN without the last chunk',
    code: 'truncated',
    behaviour: 'cuts its chunks',
  }),
  inMidSound(GROUP, {
    name: 'ends with its connection, too early',
    how: 'neither length nor chunks, half of a WAV file, then FIN',
    code: 'truncated',
    behaviour: 'ends with its connection, too early',
  }),
  {
    name: 'never ends',
    group: GROUP,
    how: 'sound without an end, as fast as it is taken, against a limit of 1 MiB; none of it is held',
    reply: 'a destroyed connection',
    code: 'too_large',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'never ends');
      await stage.startApp({ baseUrl: server.baseUrl, router: { hold: 0 } });
      expectBroken(await stage.ask());
    },
  },
  {
    name: 'breaks off in a stream of events',
    group: GROUP,
    how: 'half of a WAV file, then FIN, to a client that asked for stream_format "sse"',
    reply: 'an error event and a destroyed connection',
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'cuts its chunks');
      await stage.startApp({ baseUrl: server.baseUrl, router: { hold: 0 } });
      const answer = await stage.ask({ fields: { stream_format: 'sse' } });
      expectBroken(answer);
      expect(answer.body.toString()).to.match(/"speech\.audio\.delta".*"type":"error".*"truncated"/s);
      expect(answer.body.toString()).not.to.include('speech.audio.done');
    },
  },
  beforeSound(GROUP, {
    name: 'compresses its sound',
    how: 'Content-Encoding: gzip, although the request asked for none',
    code: 'bad_response',
    behaviour: 'compresses its sound',
  }),
  beforeSound(GROUP, {
    name: 'sends a gzip bomb',
    how: '64 MiB of zeros in 64 KB of gzip; it is never unpacked',
    code: 'bad_response',
    behaviour: bomb,
  }),
];

export const ANSWERS_THAT_ARE_NONE: readonly Fault[] = [
  none('says 200 with JSON', 'an error in JSON under status 200', 'not_audio', 'sends JSON'),
  none('says 200 with HTML', 'a page under text/html', 'not_audio', 'sends HTML'),
  none(
    'says 200 with HTML under an audio type',
    'a page under audio/wav',
    'not_audio',
    'sends HTML under an audio type',
  ),
  none('says 200 with nothing', 'an audio type and no body', 'empty', 'sends nothing'),
  none('sends a WAV header alone', '44 bytes and a clean end', 'empty', 'sends a header alone'),
  beforeSound('answers that are none', {
    name: 'sends noise under an audio type',
    how: '4 KB of random bytes under audio/wav',
    code: 'not_audio',
    behaviour: (response) => {
      response.setHeader('content-type', 'audio/wav').end(Buffer.concat([Buffer.from('noise'), randomBytes(4_096)]));
    },
  }),
  none(
    'fails with an endless body',
    'status 500 and a body without an end, of which 16 KB are read',
    'status.500',
    'fails with an endless body',
  ),
  {
    name: 'fails with a body that stalls',
    group: 'answers that are none',
    how: 'status 500 and half a line of JSON; its message is only for the log, so it is not worth the 5 s of the other limits',
    reply: 'local speech after a quarter of a second',
    code: 'status.500',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'fails with a body that stalls');
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: { firstByte: 5_000, idle: 5_000 } } });
      expectSpeechFrom(await stage.ask({ within: 250 + LEEWAY }), 'local');
    },
  },
];

function none(
  name: string,
  how: string,
  code: string,
  behaviour: Parameters<typeof beforeSound>[1]['behaviour'],
): Fault {
  return beforeSound('answers that are none', { name, how, code, behaviour });
}
