import { OWN_SHAPE, type SoundShape } from '../speech/formats.js';
import { readWavHeader } from '../speech/wav-header.js';
import { UnjoinableError, type Piece, type SegmentJoin } from './segment-join.js';

const BYTES_PER_SAMPLE = 2;
const PCM = 1;
const EXTENSIBLE = 0xfffe;
/** Seconds in which sound that breaks off is let die away: a cut in the middle of a wave clicks. */
const FADE = 0.005;
/** Seconds of quiet between two sentences, a little of which stands before the second. More sounds like a gap, less like haste. */
const REST = 0.2;
const LEAD = 0.05;
/** Most seconds of quiet that are held back until it is known whether more sound follows. */
const MOST_HELD = 1;
/** Samples below this are quiet: 40 dB below the loudest. */
const QUIET = 328;

type Accept = (found: SoundShape) => SoundShape;

/**
 * Passes on 16-bit samples, whole ones only. Servers leave more or less quiet around a sentence; it is brought to the same measure,
 * so that a speech keeps its rhythm whoever goes on with it.
 */
class SampleJoin implements SegmentJoin {
  readonly #shape: SoundShape;
  readonly #bytesPerFrame: number;
  /** The quiet at the end, and the last moment of sound; at times a part of a sample as well. */
  #held: Buffer = Buffer.alloc(0);
  /** Whether the quiet before the sentence is still to be measured. */
  #isLeading: boolean;

  constructor(shape: SoundShape, isFirst: boolean) {
    this.#shape = shape;
    this.#bytesPerFrame = shape.channels * BYTES_PER_SAMPLE;
    this.#isLeading = !isFirst;
  }

  add(bytes: Uint8Array): Piece | undefined {
    const data = this.#withoutLead(Buffer.concat([this.#held, bytes]));
    const whole = this.#whole(data.length);
    const quiet = Math.min(this.#quietAtEnd(data.subarray(0, whole)), this.#bytesFor(MOST_HELD));
    const length = this.#isLeading ? 0 : whole - Math.max(quiet, this.#bytesFor(FADE));
    if (length <= 0) {
      this.#held = data;
      return undefined;
    }
    // Copied, as it would keep all of the piece in memory.
    this.#held = Buffer.from(data.subarray(length));
    return this.#piece(data.subarray(0, length));
  }

  end(isLast: boolean): Piece | undefined {
    const rest = this.#held.subarray(0, this.#whole(this.#held.length));
    if (isLast) return this.#piece(rest);
    const sound = rest.length - this.#quietAtEnd(rest);
    return this.#piece(Buffer.concat([rest.subarray(0, sound), Buffer.alloc(this.#bytesFor(REST))]));
  }

  breakOff(): Piece | undefined {
    const rest = this.#held.subarray(0, this.#whole(this.#held.length));
    const dying = Buffer.from(rest.subarray(0, this.#bytesFor(FADE)));
    for (let at = 0; at < dying.length; at += BYTES_PER_SAMPLE) {
      dying.writeInt16LE(Math.round(dying.readInt16LE(at) * (1 - at / dying.length)), at);
    }
    return this.#piece(Buffer.concat([dying, Buffer.alloc(this.#bytesFor(REST))]));
  }

  /** Leaves a little of the quiet at the beginning, as soon as something else follows. */
  #withoutLead(data: Buffer): Buffer {
    if (!this.#isLeading) return data;
    const whole = this.#whole(data.length);
    let at = 0;
    while (at < whole && isQuiet(data, at)) at += BYTES_PER_SAMPLE;
    const lead = this.#bytesFor(LEAD);
    this.#isLeading = at >= whole && at < this.#bytesFor(MOST_HELD);
    return this.#isLeading ? data : data.subarray(Math.max(0, this.#whole(at) - lead));
  }

  #piece(bytes: Buffer): Piece | undefined {
    if (bytes.length === 0) return undefined;
    return { bytes, seconds: bytes.length / (this.#bytesPerFrame * this.#shape.sampleRate) };
  }

  #quietAtEnd(bytes: Buffer): number {
    let at = bytes.length;
    while (at > 0 && isQuiet(bytes, at - BYTES_PER_SAMPLE)) at -= BYTES_PER_SAMPLE;
    return this.#whole(bytes.length - at);
  }

  #bytesFor(seconds: number): number {
    return Math.round(seconds * this.#shape.sampleRate) * this.#bytesPerFrame;
  }

  #whole(bytes: number): number {
    return bytes - (bytes % this.#bytesPerFrame);
  }
}

function isQuiet(bytes: Buffer, at: number): boolean {
  return Math.abs(bytes.readInt16LE(at)) < QUIET;
}

/** Passes on bare samples. They say nothing of their shape, which is that of OpenAI's API. */
export class PcmJoin extends SampleJoin {
  constructor(accept: Accept, isFirst: boolean) {
    super(accept(OWN_SHAPE), isFirst);
  }
}

/** Passes on the samples of a WAV file without its header, and without what may stand behind them. */
export class WavJoin implements SegmentJoin {
  readonly #accept: Accept;
  readonly #isFirst: boolean;
  #header: Uint8Array = new Uint8Array();
  #samples: SampleJoin | undefined;
  #left = Number.POSITIVE_INFINITY;

  constructor(accept: Accept, isFirst: boolean) {
    this.#accept = accept;
    this.#isFirst = isFirst;
  }

  add(bytes: Uint8Array): Piece | undefined {
    if (this.#samples !== undefined) return this.#addSound(this.#samples, bytes);
    this.#header = Buffer.concat([this.#header, bytes]);
    const header = readWavHeader(this.#header);
    if (header === 'need-more') return undefined;
    if (header === 'not-wav') throw new UnjoinableError('this is no WAV');
    const { encoding, bitsPerSample, channels, sampleRate, dataStart, dataSize } = header;
    if ((encoding !== PCM && encoding !== EXTENSIBLE) || bitsPerSample !== 8 * BYTES_PER_SAMPLE) {
      throw new UnjoinableError('the samples are not of 16 bits');
    }
    this.#samples = new SampleJoin(
      this.#accept({ sampleRate, channels: channels as SoundShape['channels'] }),
      this.#isFirst,
    );
    this.#left = dataSize ?? Number.POSITIVE_INFINITY;
    const sound = this.#header.subarray(dataStart);
    this.#header = new Uint8Array();
    return this.#addSound(this.#samples, sound);
  }

  end(isLast: boolean): Piece | undefined {
    return this.#samples?.end(isLast);
  }

  breakOff(): Piece | undefined {
    return this.#samples?.breakOff();
  }

  #addSound(samples: SampleJoin, bytes: Uint8Array): Piece | undefined {
    const sound = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= sound.length;
    return sound.length === 0 ? undefined : samples.add(sound);
  }
}
