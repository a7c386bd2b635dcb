import type { Chunk } from './concat/segment-concat.js';

/** Bytes that are sent at once. */
const PORTION = 16 * 1024;

/** The sound of one segment, from when it is asked for until it has been sent. */
export class BufferedSegment {
  /** Whether nothing is to be heard before it. */
  readonly isFirst: boolean;
  #pieces: Chunk[] = [];
  #bytes = 0;
  #added = 0;
  #hasBegun = false;
  #isWhole = false;

  constructor(isFirst: boolean) {
    this.isFirst = isFirst;
  }

  /** Bytes that wait to be sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Seconds of sound that wait to be sent. */
  get seconds(): number {
    return this.#pieces.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** Bytes that were ever added. */
  get added(): number {
    return this.#added;
  }

  /** Whether some of it was sent, so that it can no longer be spoken anew without being heard twice. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add({ bytes, seconds }: Chunk): void {
    // In small portions, as whoever sends one holds it twice, and the next besides.
    for (let at = 0; at < bytes.length; at += PORTION) {
      const portion = bytes.subarray(at, at + PORTION);
      this.#pieces.push({ bytes: portion, seconds: (seconds * portion.length) / bytes.length });
    }
    this.#bytes += bytes.length;
    this.#added += bytes.length;
  }

  take(): Chunk | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#hasBegun = true;
    this.#bytes -= piece.bytes.length;
    return piece;
  }

  /** Forgets what was not sent. */
  drop(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }

  complete(): void {
    this.#isWhole = true;
  }
}
