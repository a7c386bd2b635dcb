import { OWN_SHAPE, type SoundShape } from '../../audio/formats.js';
import { WAV_PCM, type WavFormat } from '../../audio/wav-header.js';
import { WavStream } from '../../audio/wav-stream.js';
import { SpeechError } from '../../speech/error.js';
import { IncompatibleSoundError, type Chunk, type SegmentConcat } from './segment-concat.js';

const BYTES_PER_SAMPLE = 2;
/** Seconds in which sound that breaks off is let die away: a cut in the middle of a wave clicks. */
const FADE = 0.005;
/** Seconds of quiet between two sentences, a little of which stands before the second. More sounds like a gap, less like haste. */
const REST = 0.2;
const LEAD = 0.05;
/** Most seconds of quiet that are held back until it is known whether more sound follows. */
const MOST_HELD = 1;
/** Samples below this are quiet: 40 dB below the loudest. */
const QUIET = 328;
/** And when none is above this, 54 dB below, nobody hears anything at all: a server that gives that has not spoken. */
const SILENT = 64;

type Accept = (found: SoundShape) => SoundShape;

/**
 * Passes on 16-bit samples, whole ones only. Servers leave more or less quiet around a sentence; it is brought to the same measure,
 * so that a speech keeps its rhythm whoever goes on with it.
 */
class SampleJoin implements SegmentConcat {
  readonly #shape: SoundShape;
  readonly #bytesPerFrame: number;
  /** The quiet at the end, and the last moment of sound; at times a part of a sample as well. */
  #held: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #isSilent = true;
  /** Whether the quiet before the sentence is still to be measured. */
  #isLeading: boolean;

  constructor(shape: SoundShape, isFirst: boolean) {
    this.#shape = shape;
    this.#bytesPerFrame = shape.channels * BYTES_PER_SAMPLE;
    this.#isLeading = !isFirst;
  }

  get heard(): number {
    return this.#isSilent ? 0 : this.#bytes / (this.#bytesPerFrame * this.#shape.sampleRate);
  }

  add(bytes: Uint8Array): Chunk[] {
    this.#bytes += bytes.length;
    const missing = (this.#bytesPerFrame - (this.#held.length % this.#bytesPerFrame)) % this.#bytesPerFrame;
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(missing);
    if (this.#isSilent) this.#isSilent = !hasSampleAbove(body, SILENT);
    const kept = this.#keptOf(body);
    // Nearly always: what was held goes out, and most of what came behind it, as it is. A copy of it all would double the garbage.
    if (!this.#isLeading && kept < this.#whole(body.length)) {
      const before = Buffer.concat([this.#held, bytes.subarray(0, missing)]);
      const length = this.#whole(body.length) - kept;
      this.#held = Buffer.from(body.subarray(length));
      return this.#pieces(before, body.subarray(0, length));
    }
    const data = this.#withoutLead(Buffer.concat([this.#held, bytes]));
    const length = this.#isLeading ? 0 : Math.max(0, this.#whole(data.length) - this.#keptOf(data));
    this.#held = Buffer.from(data.subarray(length));
    return this.#pieces(data.subarray(0, length));
  }

  end(isLast: boolean): Chunk[] {
    const rest = this.#held.subarray(0, this.#whole(this.#held.length));
    if (isLast) return this.#pieces(rest);
    const sound = rest.length - this.#quietAtEnd(rest);
    return this.#pieces(rest.subarray(0, sound), Buffer.alloc(this.#bytesFor(REST)));
  }

  abort(): Chunk[] {
    const rest = this.#held.subarray(0, this.#whole(this.#held.length));
    const dying = Buffer.from(rest.subarray(0, this.#bytesFor(FADE)));
    for (let at = 0; at < dying.length; at += BYTES_PER_SAMPLE) {
      dying.writeInt16LE(Math.round(dying.readInt16LE(at) * (1 - at / dying.length)), at);
    }
    return this.#pieces(dying, Buffer.alloc(this.#bytesFor(REST)));
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

  #pieces(...all: readonly Buffer[]): Chunk[] {
    const bytesPerSecond = this.#bytesPerFrame * this.#shape.sampleRate;
    return all.filter(({ length }) => length > 0).map((bytes) => ({ bytes, seconds: bytes.length / bytesPerSecond }));
  }

  /** Bytes at the end that are held back: the quiet there, and the last moment of sound in any case. */
  #keptOf(data: Buffer): number {
    const quiet = this.#quietAtEnd(data.subarray(0, this.#whole(data.length)));
    return Math.max(Math.min(quiet, this.#bytesFor(MOST_HELD)), this.#bytesFor(FADE));
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

function hasSampleAbove(bytes: Buffer, level: number): boolean {
  for (let at = 0; at + BYTES_PER_SAMPLE <= bytes.length; at += BYTES_PER_SAMPLE) {
    if (Math.abs(bytes.readInt16LE(at)) > level) return true;
  }
  return false;
}

function isQuiet(bytes: Buffer, at: number): boolean {
  return Math.abs(bytes.readInt16LE(at)) < QUIET;
}

/** Passes on bare samples. They say nothing of their shape, which is that of OpenAI's API. */
export class PcmConcat extends SampleJoin {
  constructor(accept: Accept, isFirst: boolean) {
    super(accept(OWN_SHAPE), isFirst);
  }
}

/** Passes on the samples of WAV without its headers, and without what else stands around them. */
export class WavConcat implements SegmentConcat {
  readonly #accept: Accept;
  readonly #isFirst: boolean;
  readonly #stream: WavStream;
  #samples: SampleJoin | undefined;
  /** What can be sent of the bytes that are being read. */
  #pieces: Chunk[] = [];

  constructor(accept: Accept, isFirst: boolean) {
    this.#accept = accept;
    this.#isFirst = isFirst;
    this.#stream = new WavStream({
      onFormat: (format) => {
        this.#begin(format);
      },
      onSound: (bytes) => {
        this.#pieces.push(...(this.#samples?.add(bytes) ?? []));
      },
    });
  }

  get heard(): number {
    return this.#samples?.heard ?? 0;
  }

  add(bytes: Uint8Array): Chunk[] {
    try {
      this.#stream.add(bytes);
    } catch (thrown) {
      if (SpeechError.is(thrown) && thrown.code === 'not_audio') throw new IncompatibleSoundError(thrown.message);
      throw thrown;
    }
    return this.#takePieces();
  }

  end(isLast: boolean): Chunk[] {
    // The header that says how long it is is not passed on, so nobody else would find out that it was cut.
    this.#stream.end();
    return [...this.#takePieces(), ...(this.#samples?.end(isLast) ?? [])];
  }

  abort(): Chunk[] {
    return this.#samples?.abort() ?? [];
  }

  #begin({ encoding, bitsPerSample, sampleRate, channels }: WavFormat): void {
    if (encoding !== WAV_PCM || bitsPerSample !== 8 * BYTES_PER_SAMPLE) {
      throw new IncompatibleSoundError('the samples are not of 16 bits');
    }
    const shape = this.#accept({ sampleRate, channels: channels as SoundShape['channels'] });
    this.#samples ??= new SampleJoin(shape, this.#isFirst);
  }

  #takePieces(): Chunk[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
