import type { SoundShape, SpeechFormat } from '../../audio/formats.js';
import { sniffAudio } from '../../audio/sniff.js';
import { SpeechError } from '../../speech/error.js';
import type { CreateEncoder, Encoder } from '../encoders/encoder.js';
import { Resampler } from '../signal/resampler.js';
import { createSampleSource, type SampleSource, type SourceSound } from '../signal/sample-source.js';
import { joinSamples } from '../signal/samples.js';
import type { SpeakPiece } from './speak-job.js';

/** What a worker is asked to convert while it comes, as plain data. */
export interface ConvertStreamJob {
  readonly from: SourceSound;
  readonly format: SpeechFormat;
  readonly shape: SoundShape;
  /** Most seconds of sound. */
  readonly mostSeconds: number;
}

/** The next bytes of what is converted. */
export interface JobInput {
  readonly bytes: Uint8Array;
  /** Whether the source has come to its end with them. */
  readonly isLast: boolean;
}

/** Seconds of sound that are encoded at a time behind the first: of less, a page of Ogg would be half header. */
const BLOCK = 0.2;

/**
 * Converts sound while it comes. Each input is answered with a piece, which is empty while there is too little to make one of; the
 * first that is not is proven sound, and the last ends the job.
 *
 * Throws a `SpeechError`: `not_audio` for what is no such sound, `truncated` where less came than was announced, `empty` where no sound
 * came, `too_large` beyond the limit, `unsupported` for a format or shape that cannot be made.
 */
export async function* convertStreamJob(
  job: ConvertStreamJob,
  first: JobInput,
  createEncoder: CreateEncoder,
): AsyncGenerator<SpeakPiece, void, JobInput | undefined> {
  const conversion = new Conversion(job, createEncoder);
  let input = first;
  try {
    for (;;) {
      const { isLast } = input;
      const bytes = await conversion.convert(input);
      const next = yield { bytes, isLast };
      if (isLast || next === undefined) return;
      input = next;
    }
  } finally {
    conversion.close();
  }
}

/** One conversion under way. */
class Conversion {
  readonly #job: ConvertStreamJob;
  readonly #createEncoder: CreateEncoder;
  readonly #source: SampleSource;
  #resampler: Resampler | undefined;
  #encoder: Encoder | undefined;
  /** Samples that wait to be encoded together. */
  #waiting: Float32Array[] = [];
  #samples = 0;
  /** What was encoded before there was a byte of sound in it. */
  #unproven: Uint8Array | undefined = new Uint8Array();

  constructor(job: ConvertStreamJob, createEncoder: CreateEncoder) {
    this.#job = job;
    this.#createEncoder = createEncoder;
    this.#source = createSampleSource(job.from);
  }

  async convert({ bytes, isLast }: JobInput): Promise<Uint8Array> {
    const samples = isLast ? this.#addLast(bytes) : this.#source.add(bytes);
    this.#count(samples.length);
    const { sampleRate } = this.#source;
    if (sampleRate === undefined) return new Uint8Array();
    const { format, shape } = this.#job;
    const resampler = (this.#resampler ??= new Resampler(sampleRate, shape.sampleRate));
    this.#waiting.push(resampler.add(samples));
    if (isLast) this.#waiting.push(resampler.finish());
    if (!isLast && !this.#isEnough) return new Uint8Array();
    const { length } = this.#source;
    const encoder = (this.#encoder ??= await this.#createEncoder(
      format,
      length === 'unknown' ? length : resampler.lengthOf(length),
      shape,
    ));
    const encoded = await encoder.encode(this.#takeWaiting());
    return this.#proven(isLast ? Buffer.concat([encoded, await encoder.finish()]) : encoded, isLast);
  }

  close(): void {
    this.#encoder?.close?.();
  }

  #addLast(bytes: Uint8Array): Float32Array {
    return joinSamples([this.#source.add(bytes), this.#source.end()]);
  }

  #count(samples: number): void {
    this.#samples += samples;
    const { sampleRate = 0 } = this.#source;
    if (this.#samples > this.#job.mostSeconds * sampleRate) throw new SpeechError('too_large', 'the sound is too long');
  }

  /** Whether there is enough to encode: anything while nobody has heard anything, a block's worth from then on. */
  get #isEnough(): boolean {
    const length = this.#waiting.reduce((sum, piece) => sum + piece.length, 0);
    return this.#unproven === undefined ? length >= BLOCK * this.#job.shape.sampleRate : length > 0;
  }

  #takeWaiting(): Float32Array {
    const samples = joinSamples(this.#waiting);
    this.#waiting = [];
    return samples;
  }

  /** Keeps back what describes sound until there is sound behind it: a reply has begun with its first byte. */
  #proven(encoded: Uint8Array, isLast: boolean): Uint8Array {
    if (this.#unproven === undefined) return encoded;
    const bytes = Buffer.concat([this.#unproven, encoded]);
    this.#unproven = undefined;
    if (isLast || sniffAudio(this.#job.format, bytes) !== 'need-more') return bytes;
    this.#unproven = bytes;
    return new Uint8Array();
  }
}
