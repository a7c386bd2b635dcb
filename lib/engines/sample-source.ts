import { SpeechError } from '../speech/error.js';
import { readWavHeader, type WavHeader } from '../speech/wav-header.js';
import { readSamples, sampleSize, type SampleEncoding } from './samples.js';
import { encodingOf } from './wav-reader.js';

/** What bytes of sound are. Bare samples do not say it themselves. */
export type SourceSound =
  | { readonly kind: 'wav' }
  | {
      readonly kind: 'pcm';
      /** Hertz, a whole number from 8,000 to 192,000. */
      readonly sampleRate: number;
      /** 1 to 32. */
      readonly channels: number;
      readonly encoding: SampleEncoding;
    };

/** Turns bytes into samples of one channel, from -1 to 1, as they come. */
export interface SampleSource {
  /** Hertz; undefined until a header has said it. */
  readonly sampleRate: number | undefined;
  /** Samples in all where a header says it, else `unknown`. */
  readonly length: number | 'unknown';
  /** Takes bytes, cut anywhere. */
  add(bytes: Uint8Array): Float32Array;
  /**
   * Says that there are no more bytes.
   *
   * @throws {SpeechError} `truncated` where fewer came than were announced, `empty` where nothing came but what describes sound
   */
  end(): void;
}

/** Hertz of what can be sound. */
const LEAST_RATE = 8_000;
const MOST_RATE = 192_000;
const MOST_CHANNELS = 32;
/** Most bytes before the sound of a WAV file: room for what some writers put there, such as names and a picture. */
const MOST_HEADER = 256 * 1024;

const NONE = new Float32Array();

/**
 * Makes what reads the samples of a source.
 *
 * @throws {SpeechError} `not_audio` for a rate or a number of channels that no sound has
 */
export function createSampleSource(sound: SourceSound): SampleSource {
  return sound.kind === 'wav' ? new WavSource() : new PcmSource(sound);
}

interface SampleLayout {
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: SampleEncoding;
}

/** Bare samples, which end where the bytes end; a part of one at the end is left out. */
class PcmSource implements SampleSource {
  readonly sampleRate: number;
  readonly length = 'unknown';
  readonly #layout: SampleLayout;
  readonly #frameSize: number;
  readonly #isFloat: boolean;
  /** A part of a frame. */
  #rest: Uint8Array = new Uint8Array();
  #hasSound = false;

  constructor(layout: SampleLayout) {
    const { sampleRate, channels, encoding } = layout;
    if (!Number.isInteger(sampleRate) || sampleRate < LEAST_RATE || sampleRate > MOST_RATE) {
      throw new SpeechError('not_audio', 'the sample rate is none between 8 and 192 kHz');
    }
    if (!Number.isInteger(channels) || channels < 1 || channels > MOST_CHANNELS) {
      throw new SpeechError('not_audio', `this many channels are none of speech: ${channels}`);
    }
    this.sampleRate = sampleRate;
    this.#layout = layout;
    this.#frameSize = channels * sampleSize(encoding);
    this.#isFloat = encoding.startsWith('f');
  }

  add(bytes: Uint8Array): Float32Array {
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = data.length - (data.length % this.#frameSize);
    this.#rest = data.slice(whole);
    if (whole === 0) return NONE;
    this.#hasSound = true;
    const samples = readSamples(data.subarray(0, whole), this.#layout.encoding, this.#layout.channels);
    if (this.#isFloat && !samples.every((sample) => Number.isFinite(sample))) {
      throw new SpeechError('not_audio', 'the samples are not all numbers');
    }
    // A float can be louder than the loudest number of the others.
    return this.#isFloat ? samples.map((sample) => Math.max(-1, Math.min(1, sample))) : samples;
  }

  end(): void {
    if (!this.#hasSound) throw new SpeechError('empty', 'there is no sound');
  }
}

/** A WAV file, whose header says the rest. What stands behind its sound is passed over. */
class WavSource implements SampleSource {
  #header: Uint8Array = new Uint8Array();
  #pcm: PcmSource | undefined;
  #length: number | 'unknown' = 'unknown';
  /** Bytes of sound that are still to come. */
  #left = Number.POSITIVE_INFINITY;

  get sampleRate(): number | undefined {
    return this.#pcm?.sampleRate;
  }

  get length(): number | 'unknown' {
    return this.#length;
  }

  add(bytes: Uint8Array): Float32Array {
    if (this.#pcm !== undefined) return this.#addSound(this.#pcm, bytes);
    this.#header = Buffer.concat([this.#header, bytes]);
    const header = readWavHeader(this.#header);
    if (header === 'not-wav' || (header === 'need-more' && this.#header.length > MOST_HEADER)) {
      throw new SpeechError('not_audio', 'this is no WAV with sound in it');
    }
    if (header === 'need-more') return NONE;
    const sound = this.#header.subarray(header.dataStart);
    this.#header = new Uint8Array();
    this.#pcm = this.#begin(header);
    return this.#addSound(this.#pcm, sound);
  }

  end(): void {
    if (this.#pcm === undefined) throw new SpeechError('empty', 'there is no sound, and not a whole header');
    if (Number.isFinite(this.#left) && this.#left > 0) {
      throw new SpeechError('truncated', 'the sound is shorter than its header says');
    }
    this.#pcm.end();
  }

  #begin(header: WavHeader): PcmSource {
    const encoding = encodingOf(header);
    if (encoding === undefined) throw new SpeechError('not_audio', 'this WAV holds no samples of 8 to 64 bits');
    const { sampleRate, channels, dataSize } = header;
    const pcm = new PcmSource({ sampleRate, channels, encoding });
    if (dataSize !== undefined) {
      this.#left = dataSize;
      this.#length = Math.floor(dataSize / (channels * sampleSize(encoding)));
    }
    return pcm;
  }

  #addSound(pcm: PcmSource, bytes: Uint8Array): Float32Array {
    const sound = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= sound.length;
    return sound.length === 0 ? NONE : pcm.add(sound);
  }
}
