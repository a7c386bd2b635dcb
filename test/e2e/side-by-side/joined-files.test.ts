import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { Concatenator } from '../../../lib/long-text/concat/concatenator.js';
import { silentFrames } from '../../../lib/long-text/concat/silent-frames.js';
import { createLocalProvider } from '../../../lib/providers/local/provider.js';
import { createEncoder } from '../../support/create-encoder.js';
import { bytesOf } from '../../support/provider-conformance.js';
import { context, speechRequest } from '../../support/speech-request.js';
import { decode, RATE } from '../../support/takeover/decoded.js';
import { decodingErrors, needsTools, output } from '../../support/tools.js';

const SENTENCES = ['He counted them as he went.', 'Some of the men waved to him.', 'He always waved back.'];
/** Seconds of silence in place of a sentence. */
const REST = 0.4;
/** Seconds after which any decoder of Opus is right, whatever it has decoded before (RFC 7845, 4.6). */
const CONVERGENCE = 0.08;

/** A way to make a file of a format from a WAV. */
type Encode = (wav: string, path: string) => readonly [program: string, args: readonly string[]];

const ffmpeg =
  (...options: string[]): Encode =>
  (wav, path) => ['ffmpeg', ['-v', 'error', '-y', '-i', wav, ...options, path]];
const opusenc =
  (...options: string[]): Encode =>
  (wav, path) => ['opusenc', ['--quiet', ...options, wav, path]];
const flac =
  (...options: string[]): Encode =>
  (wav, path) => ['flac', ['--silent', '--force', ...options, wav, '-o', path]];

/** As many ways as there are to make what has to follow one another. */
const ENCODERS: Readonly<Partial<Record<SpeechFormat, readonly Encode[]>>> = {
  opus: [
    ...['2.5', '5', '10', '20', '40', '60'].map((size) => opusenc('--framesize', size, '--bitrate', '24')),
    opusenc('--bitrate', '96', '--max-delay', '0'),
    opusenc('--bitrate', '8', '--comment', 'ARTIST=somebody'),
    ffmpeg('-c:a', 'libopus', '-ac', '2', '-page_duration', '200000'),
    ffmpeg('-c:a', 'libopus', '-application', 'lowdelay', '-b:a', '48k'),
    ffmpeg('-c:a', 'libopus', '-frame_duration', '120', '-application', 'voip', '-b:a', '16k'),
    ffmpeg('-strict', '-2', '-c:a', 'opus', '-ar', '48000'),
  ],
  flac: [
    flac('-0', '-b', '192', '--lax'),
    flac('-5', '-b', '1152', '--no-padding'),
    flac('-8', '-b', '4608', '--lax', '--tag=ARTIST=somebody'),
    ffmpeg('-c:a', 'flac'),
    ffmpeg('-c:a', 'flac', '-compression_level', '12', '-frame_size', '2000'),
    ffmpeg('-c:a', 'flac', '-lpc_type', 'cholesky', '-ch_mode', 'mid_side'),
  ],
};

describe('files of many encoders, joined', function () {
  this.timeout(120_000);
  let folder: string;
  let wavs: string[];

  before(async function () {
    needsTools(this, 'ffmpeg', 'flac', 'opusenc', 'opusinfo');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
    const local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
    wavs = [];
    for (const [index, input] of SENTENCES.entries()) {
      const spoken = await local.synthesize(speechRequest({ input, format: 'wav' }), context());
      if (spoken.kind !== 'audio') throw new Error('the engine does not speak');
      wavs.push(join(folder, `${String(index)}.wav`));
      await writeFile(wavs.at(-1) ?? '', await bytesOf(spoken));
    }
    await local.close?.();
  });

  after(() => rm(folder, { recursive: true }));

  /** Encodes a sentence in each of the ways, and joins them all, with a rest behind the second. */
  async function joinAll(
    format: 'opus' | 'flac',
  ): Promise<{ readonly path: string; readonly parts: readonly string[] }> {
    const concatenator = new Concatenator(format);
    const pieces: Uint8Array[] = [];
    const parts: string[] = [];
    const encoders = ENCODERS[format] ?? [];
    for (const [index, encode] of encoders.entries()) {
      const part = join(folder, `part${String(index)}.${format}`);
      await output(...encode(wavs[index % wavs.length] ?? '', part));
      parts.push(part);
      const join_ = concatenator.begin(index === 0);
      const found = [...join_.add(await readFile(part)), ...join_.end(index === encoders.length - 1)];
      pieces.push(...found.map(({ bytes }) => bytes));
      if (index === 1) pieces.push(concatenator.rest(REST).bytes);
    }
    const path = join(folder, `joined.${format}`);
    await writeFile(path, Buffer.concat([concatenator.head(), ...pieces, concatenator.tail()]));
    return { path, parts };
  }

  it('are one FLAC without a fault, and to the last sample what they were', async () => {
    const { path, parts } = await joinAll('flac');
    expect(await decodingErrors(path)).to.equal('');
    const { stderr } = await output('flac', ['--test', '--silent', path]);
    expect(stderr.replace(/^.*cannot check MD5 signature.*$/m, '').trim()).to.equal('');
    const raw = async (file: string): Promise<Buffer> => {
      await output('ffmpeg', ['-v', 'error', '-y', '-i', file, '-f', 's16le', '-ac', '1', `${file}.s16`]);
      return readFile(`${file}.s16`);
    };
    const expected: Buffer[] = [];
    for (const [index, part] of parts.entries()) {
      expected.push(await raw(part));
      if (index === 1) expected.push(Buffer.alloc(REST * 24_000 * 2));
    }
    expect(Buffer.compare(await raw(path), Buffer.concat(expected))).to.equal(0);
  });

  it('are one stream of Opus without a fault, in which each sounds as it did by itself', async () => {
    const { path, parts } = await joinAll('opus');
    const { stdout, stderr } = await output('opusinfo', [path]);
    expect(`${stdout}${stderr}`).not.to.match(/warning|error|invalid|hole|missing/i);
    expect(stdout.match(/New logical stream/g)).to.have.length(1);
    const { samples, complaints } = await decode(path);
    expect(complaints).to.equal('');
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const alone = (await decode(part)).samples;
      const { from, likeness } = findExactly(samples, alone, at);
      expect(likeness, part).to.be.above(0.99);
      // What an encoder begins with, and what fills its last packet up; and no sound is left out.
      expect((from - at) / RATE, part).to.be.within(index === 0 ? 0 : 0.002, 0.13);
      at = from + alone.length;
      if (index === 1) at += REST * RATE;
    }
    expect(samples.length / RATE).to.be.closeTo(at / RATE, 0.001);
  });

  it('have silence of every rate that there is', async () => {
    const rates = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
    for (const format of ['mp3', 'aac'] as const) {
      for (const sampleRate of rates) {
        for (const channels of [1, 2] as const) {
          const { bytes, seconds } = silentFrames(format, { sampleRate, channels }, 2);
          const path = join(folder, `silence.${format}`);
          await writeFile(path, bytes);
          const { samples, complaints } = await decode(path);
          const what = `${format}, ${String(sampleRate)} Hz, ${String(channels)}`;
          expect(complaints, what).to.equal('');
          expect(samples.length / RATE, what).to.be.closeTo(seconds, 0.2);
          expect(
            samples.every((sample) => sample === 0),
            what,
          ).to.equal(true);
        }
      }
    }
  });

  it('can be followed by FLAC of this machine, whatever bits they have', async () => {
    const { samples } = await decode(wavs[0] ?? '');
    const sound = Float32Array.from(samples, (sample) => sample / 32_768);
    for (const bitsPerSample of [8, 12, 16, 20, 24, 32]) {
      for (const channels of [1, 2] as const) {
        const encoder = await createEncoder('flac', sound.length, { sampleRate: RATE, channels, bitsPerSample });
        const path = join(folder, 'bits.flac');
        await writeFile(path, Buffer.concat([await encoder.encode(sound), await encoder.finish()]));
        const { stderr } = await output('flac', ['--test', '--silent', path]);
        expect(stderr.replace(/^.*cannot check MD5 signature.*$/m, '').trim()).to.equal('');
        // ffmpeg knows these from its version 6 on.
        if (bitsPerSample === 32) continue;
        const decoded = await decode(path);
        expect(decoded.complaints).to.equal('');
        const worst = decoded.samples.reduce(
          (most, sample, at) => Math.max(most, Math.abs(sample - (samples[at] ?? 0))),
          0,
        );
        const what = `${String(bitsPerSample)} bits, ${String(channels)} channels`;
        expect(decoded.samples.length, what).to.equal(samples.length);
        expect(worst, what).to.be.at.most(bitsPerSample < 16 ? 2 ** (16 - bitsPerSample) : 1);
      }
    }
  });

  it('have silence between them in every format', async () => {
    const sounds = new Map<SpeechFormat, string>();
    for (const format of SPEECH_FORMATS) {
      const part = join(folder, `one.${format}`);
      const options =
        format === 'pcm' ? ['-f', 's16le', '-ar', '24000', '-ac', '1'] : format === 'aac' ? ['-f', 'adts'] : [];
      await output('ffmpeg', ['-v', 'error', '-y', '-i', wavs[0] ?? '', ...options, part]);
      sounds.set(format, part);
    }
    for (const [format, part] of sounds) {
      const concatenator = new Concatenator(format);
      const say = (bytes: Buffer, isFirst: boolean): Buffer => {
        const segment = concatenator.begin(isFirst);
        return Buffer.concat([...segment.add(bytes), ...segment.end(false)].map((piece) => piece.bytes));
      };
      const bytes = await readFile(part);
      const pieces = [
        say(bytes, true),
        concatenator.rest(REST).bytes,
        concatenator.rest(REST).bytes,
        say(bytes, false),
      ];
      const path = join(folder, `rest.${format}`);
      await writeFile(path, Buffer.concat([concatenator.head(), ...pieces, concatenator.tail()]));
      const options = format === 'pcm' ? ['-f', 's16le', '-ar', '24000', '-ac', '1'] : [];
      const { samples, complaints } = await decode(path, options);
      expect(complaints, format).to.equal('');
      const one = await decode(part, options);
      // Both sentences, the rests, and what the format adds.
      const seconds = (samples.length - 2 * one.samples.length) / RATE;
      expect(seconds, format).to.be.within(2 * REST - 0.2, 2 * REST + 0.6);
      const middle = samples.subarray(
        Math.floor(samples.length / 2 - 0.2 * RATE),
        Math.floor(samples.length / 2 + 0.2 * RATE),
      );
      expect(
        middle.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
        format,
      ).to.be.below(64);
    }
  });
});

/** Looks for sound in other sound, sample by sample, and says how like it is there once a decoder has found its way. */
function findExactly(
  whole: Int16Array,
  sound: Int16Array,
  earliest: number,
): { readonly from: number; readonly likeness: number } {
  const settled = sound.subarray(CONVERGENCE * RATE);
  const likenessAt = (from: number, length: number): number => {
    const start = from + CONVERGENCE * RATE;
    return correlation(settled.subarray(0, length), whole.subarray(start, start + length));
  };
  let best = { from: earliest, likeness: -1 };
  for (let from = earliest; from < earliest + 0.2 * RATE; from += 1) {
    const likeness = likenessAt(from, RATE / 2);
    if (likeness > best.likeness) best = { from, likeness };
  }
  return { from: best.from, likeness: likenessAt(best.from, settled.length) };
}

function correlation(one: Int16Array, other: Int16Array): number {
  let product = 0;
  let squares = 0;
  let otherSquares = 0;
  for (let at = 0; at < one.length; at += 1) {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    product += a * b;
    squares += a * a;
    otherSquares += b * b;
  }
  return product / Math.sqrt(squares * otherSquares || 1);
}
