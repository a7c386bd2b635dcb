import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SPEECH_FORMATS, type SoundShape, type SpeechFormat } from '../../../lib/audio/formats.js';
import { createLocalProvider, type LocalProvider } from '../../../lib/providers/local/provider.js';
import type { SpeechRequest } from '../../../lib/speech/request.js';
import { bytesOf } from '../../support/provider-conformance.js';
import { context, speechRequest } from '../../support/speech-request.js';
import { decodingErrors, needsTools, output, wordErrorRate, wordsHeard, wordsOf } from '../../support/tools.js';

/** No commas, so that every silence is between two of them. */
const SENTENCES = [
  'It was a bright cold day in April.',
  'The children walked to school in the morning.',
  'She put the book back on the table.',
  'The quick brown fox jumps over the lazy dog.',
];
const TEXT = SENTENCES.join(' ');
const SUFFIX: Readonly<Record<SpeechFormat, string>> = {
  mp3: 'mp3',
  opus: 'opus',
  aac: 'aac',
  flac: 'flac',
  wav: 'wav',
  pcm: 'raw',
};
/** Seconds that MP3 and AAC may be longer by: their own delay and the rest of a frame. */
const ENCODED_SILENCE = 0.1;

describe('the formats of the local engine', function () {
  let folder: string;
  let local: LocalProvider;
  let seconds: number;

  before(async function () {
    needsTools(this, 'ffmpeg', 'ffprobe', 'flac', 'opusinfo', 'pocketsphinx_continuous');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
    local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
    seconds = (await speak({ format: 'pcm' })).length / 48_000;
  });

  after(async () => {
    await local.close?.();
    await rm(folder, { recursive: true });
  });

  async function speak(fields: Partial<SpeechRequest>): Promise<Buffer> {
    const result = await local.synthesize(speechRequest({ input: TEXT, ...fields }), context());
    if (result.kind !== 'audio') throw new Error('expected sound');
    return bytesOf(result);
  }

  async function fileOf(format: SpeechFormat, bytes: Buffer): Promise<string> {
    const path = join(folder, `speech.${SUFFIX[format]}`);
    await writeFile(path, bytes);
    return path;
  }

  const rawOptions = ({ sampleRate, channels }: SoundShape): string[] => [
    ...['-f', 's16le', '-ar', String(sampleRate)],
    ...['-ac', String(channels)],
  ];
  const OWN = { sampleRate: 24_000, channels: 1 } as const;
  const optionsOf = (format: SpeechFormat, shape: SoundShape = OWN): string[] =>
    format === 'pcm' ? rawOptions(shape) : [];

  async function decodedSeconds(path: string, options: readonly string[]): Promise<number> {
    const raw = `${path}.decoded`;
    const decoding = ['-v', 'error', '-y', ...options, '-i', path, '-f', 's16le', '-ar', '24000', '-ac', '1', raw];
    await output('ffmpeg', decoding);
    return (await stat(raw)).size / 48_000;
  }

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format} that decodes without a word, to its end, and is understood`, async () => {
      const path = await fileOf(format, await speak({ format }));
      const options = optionsOf(format);
      expect(await decodingErrors(path, options)).to.equal('');
      const added = format === 'mp3' || format === 'aac' ? ENCODED_SILENCE : 0.001;
      expect(await decodedSeconds(path, options)).to.be.within(seconds - 0.001, seconds + added);
      const heard = await wordsHeard(path, options);
      expect(wordErrorRate(wordsOf(TEXT), heard), heard.join(' ')).to.be.at.most(0.4);
    });
  }

  it('makes flac that is the sound of pcm to the last bit, and that flac itself approves of', async () => {
    const path = await fileOf('flac', await speak({ format: 'flac' }));
    expect((await output('flac', ['--test', '--silent', path])).stderr).to.not.match(/error/i);
    const raw = join(folder, 'from-flac.raw');
    const decode = [
      '--decode',
      '--silent',
      '--force-raw-format',
      '--endian=little',
      '--sign=signed',
      '--force',
      '-o',
      raw,
    ];
    await output('flac', [...decode, path]);
    const { stdout } = await output('cmp', [raw, await fileOf('pcm', await speak({ format: 'pcm' }))]);
    expect(stdout).to.equal('');
  });

  it('makes opus of which opusinfo has nothing bad to say', async () => {
    const { stdout, stderr } = await output('opusinfo', [await fileOf('opus', await speak({ format: 'opus' }))]);
    expect(stdout).to.contain('Pre-skip: 312').and.to.contain('Logical stream 1 ended');
    expect(`${stdout}${stderr}`).to.not.match(/warning|error|hole|negative/i);
  });

  describe('in parts that follow one another', () => {
    const shapes: readonly SoundShape[] = [OWN, { sampleRate: 44_100, channels: 2 }];
    for (const format of ['mp3', 'aac', 'wav', 'pcm'] as const) {
      for (const shape of shapes) {
        it(`has a rest of a tenth to three tenths of a second between them in ${format} at ${shape.sampleRate} Hz`, async () => {
          const parts: Buffer[] = [];
          for (const [index, input] of SENTENCES.entries()) {
            const part = { index, count: SENTENCES.length, whole: TEXT, shape };
            const bytes = await speak({ input, format, part });
            parts.push(format === 'wav' ? bytes.subarray(44) : bytes);
          }
          const joined: SpeechFormat = format === 'wav' ? 'pcm' : format;
          const path = await fileOf(joined, Buffer.concat(parts));
          const options = optionsOf(joined, shape);
          expect(await decodingErrors(path, options)).to.equal('');
          const rests = await silences(path, options);
          expect(rests, rests.join(' ')).to.have.length(SENTENCES.length - 1);
          for (const rest of rests) expect(rest).to.be.within(0.1, 0.3);
          // Hearing takes longest, and the sound is the same at another rate and in another format.
          if (shape !== OWN || format !== 'pcm') return;
          const heard = await wordsHeard(path, options);
          expect(wordErrorRate(wordsOf(TEXT), heard), heard.join(' ')).to.be.at.most(0.4);
        });
      }
    }
  });

  /** Seconds of each silence of more than a tenth of one. */
  async function silences(path: string, options: readonly string[]): Promise<number[]> {
    const filter = ['-af', 'silencedetect=noise=-40dB:d=0.1'];
    const { stderr } = await output('ffmpeg', ['-hide_banner', ...options, '-i', path, ...filter, '-f', 'null', '-']);
    return [...stderr.matchAll(/silence_duration: ([\d.]+)/g)].map(([, duration]) => Number(duration));
  }
});
