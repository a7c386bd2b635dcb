/** Sound that can be sent as it is. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** How long it plays. */
  readonly seconds: number;
}

/** Makes the bytes of one segment follow what was sent before it. */
export interface SegmentConcat {
  /** Seconds of sound that have come, rests that were added apart; none where it is all silence, which shows in bare samples only. */
  readonly heard: number;
  /**
   * Takes bytes as they come, and returns what of them can be sent.
   *
   * @throws {IncompatibleSoundError} when they cannot follow what was sent
   */
  add(bytes: Uint8Array): readonly Chunk[];
  /**
   * Returns what is left when the segment is whole; with the rest before the next sentence, unless it is the last.
   *
   * @throws {SpeechError} `truncated` where the segment itself says that it is not
   */
  end(isLast: boolean): readonly Chunk[];
  /** Returns what brings a segment that broke off to a clean end. */
  abort(): readonly Chunk[];
}

/** Says that sound cannot follow other sound as it is: another rate, other channels, another encoding. */
export class IncompatibleSoundError extends Error {
  override readonly name = 'UnjoinableError';
}
