import {
  flacFrameHeader,
  flacFrameUnder,
  silentFlacFrame,
  type FlacFramePlace,
} from '../../audio/flac-frame-header.js';
import { flacHead, type FlacInfo } from '../../audio/flac-head.js';
import type { SoundShape } from '../../audio/formats.js';
import type { FlacFrame } from './flac-frames.js';
import { IncompatibleSoundError, type Chunk } from './segment-concat.js';
import type { SegmentStream } from './segment-stream.js';

/** Samples of the shortest frame that may stand anywhere but at the end, and of the longest that any player of speech takes. */
export const LEAST_BLOCK = 16;
const USUAL_MOST_BLOCK = 4_608;
/** Samples of a frame of silence. */
const SILENT_BLOCK = 4_096;

/**
 * The one stream of a long speech in FLAC. Frames are numbered by the samples before them, as those of several files are of several
 * lengths, and the head leaves open how many there are.
 */
export class FlacStream implements SegmentStream {
  #shape: SoundShape | undefined;
  #mostBlock = USUAL_MOST_BLOCK;
  #samples = 0;

  get shape(): SoundShape | undefined {
    return this.#shape;
  }

  /** @throws {IncompatibleSoundError} for a file of another rate, or of more or fewer channels or bits, than the first */
  accept({ shape, mostBlock }: Pick<FlacInfo, 'shape' | 'mostBlock'>): void {
    if (this.#shape === undefined) {
      this.#shape = shape;
      this.#mostBlock = Math.max(mostBlock, USUAL_MOST_BLOCK);
    }
    const { sampleRate, channels, bitsPerSample } = this.#shape;
    if (shape.sampleRate !== sampleRate || shape.channels !== channels || shape.bitsPerSample !== bitsPerSample) {
      throw new IncompatibleSoundError('the sound has another shape than what was sent before');
    }
  }

  /** @throws {IncompatibleSoundError} for a frame that is longer than those that were announced */
  write({ bytes, header }: FlacFrame): Chunk {
    const { samples, assignment } = header;
    if (samples > this.#mostBlock) throw new IncompatibleSoundError('the frames are too long');
    if (this.#shape === undefined) return { bytes, seconds: 0 };
    const own = flacFrameHeader(this.#shape, samples, this.#place, assignment);
    return this.#count(flacFrameUnder(own, bytes, header), samples);
  }

  head(): Uint8Array {
    if (this.#shape === undefined) return new Uint8Array();
    return flacHead({ shape: this.#shape, leastBlock: LEAST_BLOCK, mostBlock: this.#mostBlock, samples: undefined });
  }

  rest(seconds: number): Chunk {
    const shape = this.#shape;
    if (shape === undefined) return { bytes: new Uint8Array(), seconds: 0 };
    const frames: Uint8Array[] = [];
    const samples = Math.max(LEAST_BLOCK, Math.round(seconds * shape.sampleRate));
    for (let left = samples; left > 0; left -= SILENT_BLOCK) {
      const block = Math.max(LEAST_BLOCK, Math.min(left, SILENT_BLOCK));
      frames.push(this.#count(silentFlacFrame(shape, block, this.#place), block).bytes);
    }
    return { bytes: Buffer.concat(frames), seconds: samples / shape.sampleRate };
  }

  tail(): Uint8Array {
    return new Uint8Array();
  }

  mark(): () => void {
    const samples = this.#samples;
    return () => {
      this.#samples = samples;
    };
  }

  reset(): void {
    this.#shape = undefined;
    this.#mostBlock = USUAL_MOST_BLOCK;
    this.#samples = 0;
  }

  get #place(): FlacFramePlace {
    return { counts: 'samples', number: this.#samples };
  }

  #count(bytes: Uint8Array, samples: number): Chunk {
    this.#samples += samples;
    return { bytes, seconds: samples / (this.#shape?.sampleRate ?? Infinity) };
  }
}
