import type { WavHeader, WavLimits } from '../../audio/wav-header.js';
import { WavStream } from '../../audio/wav-stream.js';
import { SpeechError } from '../../speech/error.js';
import { Resampler } from './resampler.js';
import { joinSamples, readSamples, sampleSize, type SampleEncoding } from './samples.js';
import { encodingOf } from './wav-reader.js';

/** What bytes of sound are. Bare samples do not say it themselves. */
export type SourceSound =
  | WavSound
  | {
      readonly kind: 'pcm';
      /** Hertz, a whole number from 8,000 to 192,000. */
      readonly sampleRate: number;
      /** 1 to 32. */
      readonly channels: number;
      readonly encoding: SampleEncoding;
    };

/** WAV, and what is known of it from elsewhere, so that its header can be held against it. */
export interface WavSound extends WavLimits {
  readonly kind: 'wav';
  /** Whether it has to say itself where it ends, as nothing else does. */
  readonly mustStateEnd?: boolean;
}

/** Turns bytes into samples of one channel, from -1 to 1, as they come. */
export interface SampleSource {
  /** Hertz; undefined until a header has said it. */
  readonly sampleRate: number | undefined;
  /** Samples in all where that is known, else `unknown`. */
  readonly length: number | 'unknown';
  /** Takes bytes, cut anywhere. */
  add(bytes: Uint8Array): Float32Array;
  /**
   * Says that there are no more bytes, and returns the last samples.
   *
   * @throws {SpeechError} `truncated` where fewer came than were announced, `empty` where nothing came but what describes sound
   */
  end(): Float32Array;
}

/** Hertz of what can be sound. */
const LEAST_RATE = 8_000;
const MOST_RATE = 192_000;
const MOST_CHANNELS = 32;

const NONE = new Float32Array();

/**
 * Makes what reads the samples of a source.
 *
 * @throws {SpeechError} `not_audio` for a rate or a number of channels that no sound has
 */
export function createSampleSource(sound: SourceSound): SampleSource {
  return sound.kind === 'wav' ? new WavSource(sound) : new PcmSource(sound);
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
    this.#rest = data.subarray(whole);
    if (whole === 0) return NONE;
    this.#hasSound = true;
    const samples = readSamples(data.subarray(0, whole), this.#layout.encoding, this.#layout.channels);
    if (this.#isFloat && !samples.every((sample) => Number.isFinite(sample))) {
      throw new SpeechError('not_audio', 'the samples are not all numbers');
    }
    // A float can be louder than the loudest number of the others.
    return this.#isFloat ? samples.map((sample) => Math.max(-1, Math.min(1, sample))) : samples;
  }

  end(): Float32Array {
    if (!this.#hasSound) throw new SpeechError('empty', 'there is no sound');
    return NONE;
  }
}

/** WAV, which says the rest itself, and what there is of it: one file or several in a row. What stands around its sound is passed over. */
class WavSource implements SampleSource {
  readonly #sound: WavSound;
  readonly #stream: WavStream;
  #first: WavHeader | undefined;
  #length: number | 'unknown' = 'unknown';
  /** What reads the file that is being read, and brings it to the rate of the first. */
  #pcm: PcmSource | undefined;
  #resampler: Resampler | undefined;
  #hasSound = false;
  /** Samples of the bytes that are being read. */
  #samples: Float32Array[] = [];

  constructor(sound: WavSound) {
    this.#sound = sound;
    this.#stream = new WavStream({
      bodyLength: sound.bodyLength,
      mostSeconds: sound.mostSeconds,
      onFormat: (format) => {
        this.#begin(format);
      },
      onSound: (bytes) => {
        const samples = this.#pcm?.add(bytes) ?? NONE;
        this.#hasSound ||= samples.length > 0;
        this.#samples.push(this.#resampler?.add(samples) ?? samples);
      },
    });
  }

  get sampleRate(): number | undefined {
    return this.#first?.sampleRate;
  }

  get length(): number | 'unknown' {
    return this.#length;
  }

  add(bytes: Uint8Array): Float32Array {
    this.#stream.add(bytes);
    return this.#takeSamples();
  }

  end(): Float32Array {
    const isStated = this.#stream.end();
    if (!isStated && this.#sound.mustStateEnd === true) {
      throw new SpeechError('truncated', 'nothing says that the sound is whole');
    }
    // Not of the last file alone: one that has nothing in it takes nothing from those before it.
    if (!this.#hasSound) throw new SpeechError('empty', 'there is no sound');
    this.#samples.push(this.#resampler?.finish() ?? NONE);
    return this.#takeSamples();
  }

  #begin(format: WavHeader): void {
    const encoding = encodingOf(format);
    if (encoding === undefined) throw new SpeechError('not_audio', 'this WAV holds no samples of 8 to 64 bits');
    const { sampleRate, channels, dataStart, dataSize } = format;
    this.#samples.push(this.#resampler?.finish() ?? NONE);
    this.#pcm = new PcmSource({ sampleRate, channels, encoding });
    const first = (this.#first ??= format);
    this.#resampler = sampleRate === first.sampleRate ? undefined : new Resampler(sampleRate, first.sampleRate);
    // Another file may follow, unless the body ends with this one.
    if (format === first && dataSize !== undefined && dataStart + dataSize === this.#sound.bodyLength) {
      this.#length = Math.floor(dataSize / (channels * sampleSize(encoding)));
    }
  }

  #takeSamples(): Float32Array {
    const samples = joinSamples(this.#samples);
    this.#samples = [];
    return samples;
  }
}
