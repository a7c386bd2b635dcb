import { Readable } from 'node:stream';
import { OWN_SHAPE, type SoundShape } from '../audio/formats.js';
import { frameSizeOf } from '../audio/wav-header.js';
import { WavStream } from '../audio/wav-stream.js';
import { SpeechError } from '../speech/error.js';
import { discard } from '../streams/discard.js';
import type { BufferedSegment } from './buffered-segment.js';
import type { Concatenator } from './concat/concatenator.js';
import { IncompatibleSoundError, type Chunk } from './concat/segment-concat.js';
import type { PrefetchBuffer } from './prefetch-buffer.js';
import { readWhole } from './read-whole.js';

/** Most bytes of a segment that has to be converted, which has to be whole for that. */
const MOST_CONVERTED_BYTES = 16 * 1024 * 1024;
/** Seconds below which nothing was said: two frames of MP3, and a third of the shortest word. */
const LEAST_HEARD = 0.05;

export interface SegmentReaderOptions {
  readonly concatenator: Concatenator;
  readonly buffer: PrefetchBuffer;
  /** Aborts when nobody wants any more. */
  readonly signal: AbortSignal;
}

/** A segment that is to be filled, and where it stands. */
export interface SegmentPlace {
  readonly segment: BufferedSegment;
  /** Whether nothing was sent before it. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Takes in the sound of segments, as fast as there is room for it. */
export class SegmentReader {
  readonly #options: SegmentReaderOptions;
  /** What is being taken in, or was. */
  #stream: Readable | undefined;

  constructor(options: SegmentReaderOptions) {
    this.#options = options;
  }

  /**
   * Takes in sound as it comes. What broke off is brought to a clean end, if some of it was sent.
   *
   * Rejects with the stream's error, and with an `UnjoinableError` when the sound cannot follow what was sent.
   */
  async fill(stream: Readable, { segment, isFirst, isLast }: SegmentPlace): Promise<void> {
    const { concatenator, buffer, signal } = this.#options;
    const join = concatenator.begin(isFirst);
    const before = segment.added;
    const add = (pieces: readonly Chunk[]): void => {
      for (const piece of pieces) buffer.add(segment, piece);
    };
    this.#stream = stream;
    try {
      for await (const chunk of stream) {
        add(join.add(chunk as Uint8Array));
        await buffer.roomForBytes(signal);
      }
      const rest = join.end(isLast);
      // A sentence that nobody would hear must not count as said.
      if (join.heard < LEAST_HEARD) throw new SpeechError('empty', 'there is no sound in a segment');
      add(rest);
    } catch (thrown) {
      const hasAdded = segment.added > before;
      if (hasAdded && thrown instanceof IncompatibleSoundError) {
        throw new SpeechError('bad_response', 'the sound changed its shape on the way', { cause: thrown });
      }
      if (hasAdded && segment.hasBegun) add(join.abort());
      throw thrown;
    }
    // Whoever stalls for long is not to hold the call of a segment that is there.
    this.#stream = undefined;
    buffer.complete(segment);
  }

  /** Lets go of what is being taken in: a stream of the user's own may not hear any signal. */
  stop(reason: Error): void {
    if (this.#stream?.readableEnded === false) discard(this.#stream, reason);
    this.#stream = undefined;
  }

  /** Takes in a whole WAV file, made into what can follow. */
  async fillConverted(
    stream: Readable,
    place: SegmentPlace,
    convert: (wav: Uint8Array, shape: SoundShape) => Promise<Uint8Array>,
  ): Promise<void> {
    this.#stream = stream;
    const wav = await readWhole(stream, MOST_CONVERTED_BYTES);
    checkWhole(wav);
    const bytes = await convert(wav, this.#options.concatenator.shape ?? OWN_SHAPE).catch((error: unknown) => {
      throw failureInConverting(error);
    });
    await this.fill(Readable.from([bytes]), place);
  }
}

/** What goes wrong in converting is our own, unless it is the file that is none. */
function failureInConverting(thrown: unknown): SpeechError {
  const error = SpeechError.from(thrown);
  if (error.code === 'not_audio' || error.code === 'too_large') return error;
  return new SpeechError(error.code, error.message, { cause: error, blamesProvider: false });
}

/** Refuses a file that is shorter than it says, or has no sound: once converted, it would look like a whole one. */
function checkWhole(wav: Uint8Array): void {
  let seconds = 0;
  let bytesPerSecond = 0;
  const stream = new WavStream({
    onFormat: (format) => {
      bytesPerSecond = frameSizeOf(format) * format.sampleRate;
    },
    onSound: ({ length }) => {
      seconds += length / bytesPerSecond;
    },
  });
  stream.add(wav);
  stream.end();
  if (seconds < LEAST_HEARD) throw new SpeechError('empty', 'there is no sound in a segment');
}
