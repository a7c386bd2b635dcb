import { OWN_SHAPE, type SoundShape } from '../speech/formats.js';
import { readWavHeader } from '../speech/wav-header.js';
import { UnjoinableError, type Piece, type SegmentJoin } from './segment-join.js';

const BYTES_PER_SAMPLE = 2;
const PCM = 1;
const EXTENSIBLE = 0xfffe;
/** Seconds at the end that are kept back, so that sound which breaks off can be let die away: a cut in the middle of a wave clicks. */
const FADE = 0.005;
/** Seconds of rest between two sentences, where the sound does not end with as much by itself. */
const PAUSE = 0.12;
/** Samples below this are quiet: 40 dB below the loudest. */
const QUIET = 328;

type Accept = (found: SoundShape) => SoundShape;

/** Passes on 16-bit samples, whole ones only. */
class SampleJoin implements SegmentJoin {
  readonly #shape: SoundShape;
  readonly #bytesPerFrame: number;
  /** The last moment of sound, and at times a part of a sample. */
  #held: Buffer = Buffer.alloc(0);
  /** Bytes of quiet at the end of what was passed on. */
  #quiet = 0;

  constructor(shape: SoundShape) {
    this.#shape = shape;
    this.#bytesPerFrame = shape.channels * BYTES_PER_SAMPLE;
  }

  add(bytes: Uint8Array): Piece | undefined {
    const data = Buffer.concat([this.#held, bytes]);
    const length = this.#whole(data.length) - this.#bytesFor(FADE);
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
    this.#listen(rest);
    const pause = isLast ? 0 : Math.max(0, this.#bytesFor(PAUSE) - this.#quiet);
    return this.#piece(Buffer.concat([rest, Buffer.alloc(pause)]));
  }

  breakOff(): Piece | undefined {
    const rest = Buffer.from(this.#held.subarray(0, this.#whole(this.#held.length)));
    for (let at = 0; at < rest.length; at += BYTES_PER_SAMPLE) {
      rest.writeInt16LE(Math.round(rest.readInt16LE(at) * (1 - at / rest.length)), at);
    }
    return this.#piece(Buffer.concat([rest, Buffer.alloc(this.#bytesFor(PAUSE))]));
  }

  #piece(bytes: Buffer): Piece | undefined {
    if (bytes.length === 0) return undefined;
    this.#listen(bytes);
    return { bytes, seconds: bytes.length / (this.#bytesPerFrame * this.#shape.sampleRate) };
  }

  /** Notes how long it has been quiet at the end. */
  #listen(bytes: Buffer): void {
    let at = bytes.length;
    while (at > 0 && Math.abs(bytes.readInt16LE(at - BYTES_PER_SAMPLE)) < QUIET) at -= BYTES_PER_SAMPLE;
    this.#quiet = at === 0 ? this.#quiet + bytes.length : this.#whole(bytes.length - at);
  }

  #bytesFor(seconds: number): number {
    return Math.round(seconds * this.#shape.sampleRate) * this.#bytesPerFrame;
  }

  #whole(bytes: number): number {
    return bytes - (bytes % this.#bytesPerFrame);
  }
}

/** Passes on bare samples. They say nothing of their shape, which is that of OpenAI's API. */
export class PcmJoin extends SampleJoin {
  constructor(accept: Accept) {
    super(accept(OWN_SHAPE));
  }
}

/** Passes on the samples of a WAV file without its header, and without what may stand behind them. */
export class WavJoin implements SegmentJoin {
  readonly #accept: Accept;
  #header: Uint8Array = new Uint8Array();
  #samples: SampleJoin | undefined;
  #left = Number.POSITIVE_INFINITY;

  constructor(accept: Accept) {
    this.#accept = accept;
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
    this.#samples = new SampleJoin(this.#accept({ sampleRate, channels: channels as SoundShape['channels'] }));
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
