import type { SoundShape } from '../../audio/formats.js';
import type { Chunk } from './segment-concat.js';

/** What all segments of a speech have in common where their format counts: its head, its numbers, and its end. */
export interface SegmentStream {
  /** What the first segment has said; nothing before that. */
  readonly shape: SoundShape | undefined;
  /** Returns what stands before everything else. */
  head(): Uint8Array;
  /** Makes silence. */
  rest(seconds: number): Chunk;
  /** Returns what stands behind everything else. */
  tail(): Uint8Array;
  /** Remembers how far the numbers have come, and returns what goes back there: whatever was numbered since then is not sent. */
  mark(): () => void;
  /** Begins anew, as nothing was sent. */
  reset(): void;
}

/** Has pieces made of which either all are returned or, where one cannot be made, none has been numbered. */
export function allOrNone(stream: SegmentStream, make: () => Chunk[]): Chunk[] {
  const goBack = stream.mark();
  try {
    return make();
  } catch (thrown) {
    goBack();
    throw thrown;
  }
}
