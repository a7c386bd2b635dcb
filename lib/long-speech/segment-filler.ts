import type { Readable } from 'node:stream';
import { SpeechError } from '../speech/error.js';
import { OWN_SHAPE, type SoundShape } from '../speech/formats.js';
import type { Joiner } from './joiner.js';
import type { LookAhead } from './look-ahead.js';
import type { PreparedSegment } from './prepared-segment.js';
import { readWhole } from './read-whole.js';
import type { Piece } from './segment-join.js';

/** Most bytes of a segment that has to be converted, which has to be whole for that. */
const MOST_CONVERTED_BYTES = 16 * 1024 * 1024;

export interface SegmentFillerOptions {
  readonly joiner: Joiner;
  readonly lookAhead: LookAhead;
  /** Aborts when nobody wants any more. */
  readonly signal: AbortSignal;
}

/** A segment that is to be filled, and where it stands. */
export interface SegmentPlace {
  readonly segment: PreparedSegment;
  /** Whether nothing was sent before it. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Takes in the sound of segments, as fast as there is room for it. */
export class SegmentFiller {
  readonly #options: SegmentFillerOptions;

  constructor(options: SegmentFillerOptions) {
    this.#options = options;
  }

  /**
   * Takes in sound as it comes. What broke off is brought to a clean end, if some of it was sent.
   *
   * Rejects with the stream's error, and with an `UnjoinableError` when the sound cannot follow what was sent.
   */
  async fill(stream: Readable, { segment, isFirst, isLast }: SegmentPlace): Promise<void> {
    const { joiner, lookAhead, signal } = this.#options;
    const join = joiner.begin(isFirst);
    let seconds = 0;
    const add = (pieces: readonly Piece[]): void => {
      for (const piece of pieces) {
        seconds += piece.seconds;
        lookAhead.add(segment, piece);
      }
    };
    try {
      for await (const chunk of stream) {
        add(join.add(chunk as Uint8Array));
        await lookAhead.roomForBytes(signal);
      }
      add(join.end(isLast));
    } catch (thrown) {
      if (segment.hasBegun) add(join.breakOff());
      throw thrown;
    }
    // A sentence that nobody would hear must not count as said.
    if (seconds === 0) throw new SpeechError('empty', 'there is no sound in a segment');
    lookAhead.complete(segment);
  }

  /** Takes in a whole WAV file, made into what can follow. */
  async fillConverted(
    stream: Readable,
    { segment, isFirst, isLast }: SegmentPlace,
    convert: (wav: Uint8Array, shape: SoundShape) => Promise<Uint8Array>,
  ): Promise<void> {
    const { joiner, lookAhead } = this.#options;
    const wav = await readWhole(stream, MOST_CONVERTED_BYTES);
    const bytes = await convert(wav, joiner.shape ?? OWN_SHAPE);
    const join = joiner.begin(isFirst);
    for (const piece of [...join.add(bytes), ...join.end(isLast)]) lookAhead.add(segment, piece);
    lookAhead.complete(segment);
  }
}
