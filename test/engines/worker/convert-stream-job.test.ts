import { expect } from 'chai';
import { OWN_SHAPE, SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { createPcmEncoder } from '../../../lib/engines/encoders/pcm.js';
import { resample } from '../../../lib/engines/signal/resampler.js';
import {
  convertStreamJob,
  type ConvertStreamJob,
  type JobInput,
} from '../../../lib/engines/worker/convert-stream-job.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { createEncoder } from '../../support/create-encoder.js';
import { toneAt } from '../../support/tone.js';
import { wavFile } from '../../support/wav-file.js';

const JOB: ConvertStreamJob = { from: { kind: 'wav' }, format: 'pcm', shape: OWN_SHAPE, mostSeconds: 60 };
const TONE = [...toneAt(22_050, 2)];
const FILE = wavFile(TONE, { sampleRate: 22_050 });

/** Feeds a job with bytes in pieces, and returns what each became. */
async function convert(fields: Partial<ConvertStreamJob>, bytes: Uint8Array, piece: number): Promise<Uint8Array[]> {
  const inputs: JobInput[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    inputs.push({ bytes: bytes.subarray(at, at + piece), isLast: at + piece >= bytes.length });
  }
  const [first = { bytes: new Uint8Array(), isLast: true }] = inputs;
  const parts = convertStreamJob({ ...JOB, ...fields }, first, createEncoder);
  const pieces: Uint8Array[] = [];
  for (const input of inputs) {
    const { value } = await parts.next(input);
    if (value === undefined) throw new Error('the job has ended before its input');
    expect(value.isLast).to.equal(input.isLast);
    pieces.push(value.bytes);
  }
  expect((await parts.next(undefined)).done).to.equal(true);
  return pieces;
}

async function codeOf(fields: Partial<ConvertStreamJob>, bytes: Uint8Array): Promise<string> {
  return convert(fields, bytes, 1_000).then(
    () => 'converted',
    (error: unknown) => SpeechError.from(error).code,
  );
}

describe('convertStreamJob', function () {
  this.timeout(30_000);

  it('makes of pieces what the whole becomes, without a click where they meet', async () => {
    const samples = resample(
      Float32Array.from(TONE, (sample) => Math.round(sample * 32_768) / 32_768),
      22_050,
      24_000,
    );
    const whole = Buffer.from(createPcmEncoder().encode(samples));
    for (const piece of [FILE.length, 10_001, 997, 44]) {
      expect(Buffer.concat(await convert({}, FILE, piece)).equals(whole), `in pieces of ${piece}`).to.equal(true);
    }
  });

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format} whose first bytes hold sound, and with the first bytes of sound`, async () => {
      const pieces = await convert({ format }, FILE, 4_410);
      const first = pieces.findIndex(({ length }) => length > 0);
      expect(sniffAudio(format, pieces[first] ?? new Uint8Array())).to.equal('valid');
      // Encoders of frames look ahead by some, and a piece has a tenth of a second.
      expect(first).to.be.at.most(1);
      expect(pieces.filter(({ length }) => length > 0)).to.have.length.within(5, 12);
    });

    it(`makes ${format} of the smallest piece of sound that there is`, async () => {
      const bytes = Buffer.concat(await convert({ format }, wavFile([0.5, 0.5, 0.5]), 7));
      expect(sniffAudio(format, bytes)).to.not.equal('not-audio');
      expect(bytes).to.have.length.greaterThan(format === 'pcm' ? 5 : 20);
    });
  }

  it('says how long the whole is where that is sure: the body ends where the header says that the sound does', async () => {
    const from = { kind: 'wav', bodyLength: FILE.length } as const;
    const wav = Buffer.concat(await convert({ from, format: 'wav' }, FILE, 1_000));
    expect(wav.readUInt32LE(40)).to.equal(wav.length - 44);
    expect(Buffer.concat(await convert({ format: 'wav' }, FILE, 1_000)).readUInt32LE(40)).to.equal(0xffffffff);
    const flac = Buffer.concat(await convert({ from, format: 'flac' }, FILE, 1_000));
    expect(flac.readUInt32BE(22)).to.equal(48_000);
    const open = wavFile(TONE, { sampleRate: 22_050, declared: 0xffffffff });
    expect(Buffer.concat(await convert({ format: 'wav' }, open, 1_000)).readUInt32LE(40)).to.equal(0xffffffff);
  });

  for (const [what, fields, bytes, code] of [
    ['what is shorter than its header says', {}, FILE.subarray(0, -1), 'truncated'],
    ['what has no sound', {}, wavFile([], { declared: 0xffffffff }), 'empty'],
    ['what is something else', {}, Buffer.from('<html>and so on, but no sound</html>'), 'not_audio'],
    ['what is longer than may be', { mostSeconds: 1.9 }, FILE, 'too_large'],
    ['what cannot be encoded', { format: 'mp3', shape: { sampleRate: 96_000, channels: 1 } }, FILE, 'unsupported'],
  ] as const) {
    it(`says ${code} of ${what}`, async () => {
      expect(await codeOf(fields, bytes)).to.equal(code);
    });
  }

  it('passes over what stands behind the sound', async () => {
    const junk = wavFile(TONE, { sampleRate: 22_050, behind: Buffer.alloc(5_000, 7) });
    expect(
      Buffer.concat(await convert({}, junk, 1_000)).equals(Buffer.concat(await convert({}, FILE, 1_000))),
    ).to.equal(true);
  });
});
