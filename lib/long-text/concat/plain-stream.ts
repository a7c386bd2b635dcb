import type { SoundShape } from '../../audio/formats.js';
import { writeWavHeader } from '../../audio/wav-header.js';
import { IncompatibleSoundError, type Chunk } from './segment-concat.js';
import type { SegmentStream } from './segment-stream.js';
import { silentFrames } from './silent-frames.js';

const BYTES_PER_SAMPLE = 2;
const NOTHING = new Uint8Array();

/** A long speech in a format in which nothing is numbered: bare samples, or frames that can follow any other. */
export class PlainStream implements SegmentStream {
  readonly #format: 'mp3' | 'aac' | 'wav' | 'pcm';
  #shape: SoundShape | undefined;

  constructor(format: 'mp3' | 'aac' | 'wav' | 'pcm') {
    this.#format = format;
  }

  get shape(): SoundShape | undefined {
    return this.#shape;
  }

  /** @throws {IncompatibleSoundError} for sound of another shape than the first */
  readonly accept = ({ sampleRate, channels }: FoundShape): SoundShape => {
    if (channels !== 1 && channels !== 2) throw new IncompatibleSoundError('the sound has neither one channel nor two');
    this.#shape ??= { sampleRate, channels };
    if (this.#shape.sampleRate !== sampleRate || this.#shape.channels !== channels) {
      throw new IncompatibleSoundError('the sound has another shape than what was sent before');
    }
    return this.#shape;
  };

  head(): Uint8Array {
    return this.#format === 'wav' && this.#shape !== undefined ? writeWavHeader(this.#shape, 'unknown') : NOTHING;
  }

  rest(seconds: number): Chunk {
    const shape = this.#shape;
    if (shape === undefined) return { bytes: NOTHING, seconds: 0 };
    if (this.#format === 'mp3' || this.#format === 'aac') return silentFrames(this.#format, shape, seconds);
    const samples = Math.round(seconds * shape.sampleRate);
    return { bytes: new Uint8Array(samples * shape.channels * BYTES_PER_SAMPLE), seconds };
  }

  tail(): Uint8Array {
    return NOTHING;
  }

  mark(): () => void {
    return () => undefined;
  }

  reset(): void {
    this.#shape = undefined;
  }
}

/** A shape as a header says it, be it one of ours or not. */
interface FoundShape {
  readonly sampleRate: number;
  readonly channels: number;
}
