import { expect } from 'chai';
import type { SpeechFormat } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { soundIn } from '../../support/audio.js';
import { CONTENT_TYPES } from '../../support/content-types.js';
import { toneBytes } from '../../support/wav.js';
import { expectSpeechFrom } from '../expectations.js';
import type { Answer, Fault } from '../fault.js';
import { saying, startSpeechServer, type Behaviour } from '../speech-server.js';

const GROUP = 'formats';

/** Limits that the first sound of a worker fits into, which has to be started and to load an encoder. */
const PATIENT = { firstByte: 5_000, idle: 5_000, total: 20_000 };

const answering =
  (format: SpeechFormat, type: string = CONTENT_TYPES[format]): Behaviour =>
  (response) => {
    response.setHeader('content-type', type).end(soundIn(format));
  };

function expectMadeBy(answer: Answer, provider: string, format: SpeechFormat): void {
  expect(answer.provider, JSON.stringify(answer.timings)).to.equal(provider);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  expect(answer.headers['content-type']).to.equal(CONTENT_TYPES[format]);
  expect(sniffAudio(format, answer.body)).to.equal('valid');
}

/** A server that makes what others are made of here: every client gets what it asked for. */
function served(row: Pick<Fault, 'name' | 'how'>, behaviour: Behaviour, asksOnce = false): Fault {
  return {
    ...row,
    group: GROUP,
    reply: 'its speech, in the format that was asked for',
    code: null,
    counts: 'success',
    limit: 30_000,
    async run(stage) {
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: PATIENT } });
      for (const format of ['mp3', 'mp3', 'wav', 'pcm', 'opus', 'flac'] as const) {
        expectMadeBy(await stage.ask({ format, within: 10_000 }), 'remote', format);
      }
      if (asksOnce) expect(server.asked, 'requests').to.have.length(6);
    },
  };
}

export const FORMATS: readonly Fault[] = [
  served(
    { name: 'makes WAV whatever it is asked for', how: 'a WAV file under audio/wav to a client of each format' },
    answering('wav'),
    true,
  ),
  served(
    { name: 'makes bare samples whatever it is asked for', how: 'samples under audio/pcm to a client of each format' },
    answering('pcm'),
    true,
  ),
  served(
    { name: 'refuses all formats but WAV', how: 'status 422 that names the format, to all but WAV' },
    (response, format, ...rest) => {
      const refuse = saying(422, {}, '{"detail":[{"loc":["body","response_format"],"msg":"Input should be \'wav\'"}]}');
      (format === 'wav' ? answering('wav') : refuse)(response, format, ...rest);
    },
  ),
  served(
    { name: 'calls all of its formats audio/mpeg', how: 'the format that was asked for, under audio/mpeg' },
    (response, format, ...rest) => {
      answering(format, 'audio/mpeg')(response, format, ...rest);
    },
    true,
  ),
  {
    name: 'makes bare samples of another rate',
    group: GROUP,
    how: 'a second at 16 kHz and at 48 kHz in two channels, as the type says, to a client of pcm',
    reply: 'its speech, at 24 kHz in one channel',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks');
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: PATIENT } });
      for (const [type, shape] of [
        ['audio/pcm;rate=16000', { sampleRate: 16_000 }],
        ['audio/L16;rate=48000;channels=2', { sampleRate: 48_000, channels: 2 }],
      ] as const) {
        server.behave((response) => {
          response.setHeader('content-type', type).end(toneBytes(1, shape));
        });
        const answer = await stage.ask({ format: 'pcm', within: 10_000 });
        expect(answer.provider).to.equal('remote');
        expect(answer.body.length / 48_000).to.be.closeTo(1, 0.01);
      }
      server.behave('speaks');
    },
  },
  {
    name: 'makes another format, which nothing can be made of',
    group: GROUP,
    how: 'an MP3 file to a client of WAV, and again to whoever asks for bare samples in its place',
    reply: 'local speech, and from then on without asking it',
    code: 'unsupported',
    counts: 'nothing',
    async run(stage) {
      const server = await startSpeechServer(stage, answering('mp3'));
      await stage.startApp({ baseUrl: server.baseUrl });
      for (let count = 0; count < 2; count += 1) expectSpeechFrom(await stage.ask({ format: 'wav' }), 'local');
      expect(server.asked, 'requests').to.have.length(2);
      expectSpeechFrom(await stage.ask({ format: 'mp3' }), 'remote');
    },
  },
];
