import { Readable } from 'node:stream';
import type { Clock } from '../resilience/index.js';
import type { BufferedSegment } from './buffered-segment.js';
import { Playout } from './playout.js';
import type { PrefetchBuffer } from './prefetch-buffer.js';

/**
 * Milliseconds of sound that a listener still has when a segment that is not whole yet is sent all the same: a network's hiccup
 * less would be heard.
 */
const RUNNING_DRY = 1_500;
/**
 * Milliseconds of sound that a listener has with which the last segment that is there is kept in hand: while the next one is waited for,
 * there is something to send, as proxies take a minute in which nothing comes for the end.
 */
const ENOUGH = 20_000;

export interface OutputStreamOptions {
  readonly buffer: PrefetchBuffer;
  readonly clock: Clock;
  /** Returns what stands before the first sound. */
  readonly head: () => Uint8Array;
  /** Returns what stands behind the last. */
  readonly tail: () => Uint8Array;
  /** Called when nobody wants more, or all was sent. */
  readonly onClose: () => void;
}

/**
 * The sound of a long text, as it is sent.
 *
 * The first segment goes out as it comes, because somebody waits for it. The others are held until they are whole, as long as the
 * listener has enough to hear: one whose provider dies can then be spoken by another, and nobody hears any of it twice. The last one
 * that is whole is held while there is very much to hear.
 */
export class OutputStream extends Readable {
  readonly #options: OutputStreamOptions;
  readonly #playout: Playout;
  #isWanted = false;
  #hasBegun = false;
  #isComplete = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: OutputStreamOptions) {
    // Little, as all that waits is in the prefetch buffer.
    super({ highWaterMark: 1 });
    this.#options = options;
    this.#playout = new Playout(options.clock);
    options.buffer.onMore = () => {
      this.#send();
    };
  }

  /** Whether anything was sent. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Milliseconds of sound that are still to be heard, by somebody who plays it as it comes. */
  get ahead(): number {
    return this.#playout.ahead + 1_000 * this.#options.buffer.seconds;
  }

  /** Says that there will be no more segments. */
  complete(): void {
    this.#isComplete = true;
    this.#send();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#send();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#cancelTimer?.();
    this.#options.onClose();
    callback(error);
  }

  #send(): void {
    while (this.#isWanted && !this.destroyed) {
      if (!this.#maySend()) return;
      const piece = this.#options.buffer.take();
      if (piece === undefined) {
        this.#endIfComplete();
        return;
      }
      this.#playout.sent(piece.seconds);
      const head = this.#hasBegun ? undefined : this.#options.head();
      this.#hasBegun = true;
      // It may ask for more while it is given this.
      this.#isWanted = false;
      if (head !== undefined && head.length > 0) this.push(head);
      if (this.push(piece.bytes)) this.#isWanted = true;
    }
  }

  /** Whether a whole segment is the last that there is, and keeps nobody from making the next one. */
  #isInHand(segment: BufferedSegment): boolean {
    const { buffer } = this.#options;
    return !this.#isComplete && buffer.isLast(segment) && buffer.hasRoomForSegment;
  }

  #endIfComplete(): void {
    if (!this.#isComplete || this.#options.buffer.head !== undefined) return;
    this.#isWanted = false;
    const tail = this.#options.tail();
    if (tail.length > 0) this.push(tail);
    this.push(null);
  }

  /** Says whether the next segment is to go out now, and comes back to it in time if it is not. */
  #maySend(): boolean {
    const { buffer, clock } = this.#options;
    const { head } = buffer;
    if (head === undefined || head.isFirst || head.hasBegun || buffer.isFull) return true;
    if (head.isWhole && !this.#isInHand(head)) return true;
    const left = this.#playout.ahead - (head.isWhole ? ENOUGH : RUNNING_DRY);
    if (left <= 0) return true;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.schedule(() => {
      this.#send();
    }, left);
    return false;
  }
}
