import { BufferedSegment } from './buffered-segment.js';
import type { Chunk } from './concat/segment-concat.js';

export interface PrefetchBufferOptions {
  /** Segments that may be prepared behind the one that is being sent. */
  readonly ahead: number;
  /** Bytes with which no other segment is begun: they wait because the reader is slow, and will for a while. */
  readonly enoughBytes: number;
  /** Bytes that may wait to be sent, of all segments together. One piece more may come, as it is known only when it is there. */
  readonly mostBytes: number;
}

/**
 * What is prepared and not yet sent, bounded in segments and in bytes. One side fills it and waits for room, the other empties it at
 * the pace of its reader.
 */
export class PrefetchBuffer {
  readonly #options: PrefetchBufferOptions;
  #segments: BufferedSegment[] = [];
  #isFresh = true;
  #waiting: (() => void) | undefined;
  /** Called whenever there may be more to take. */
  onMore: () => void = () => undefined;

  constructor(options: PrefetchBufferOptions) {
    this.#options = options;
  }

  /** Begins a segment behind the others. */
  open(): BufferedSegment {
    const segment = new BufferedSegment(this.#isFresh);
    this.#isFresh = false;
    this.#segments.push(segment);
    this.onMore();
    return segment;
  }

  add(segment: BufferedSegment, piece: Chunk): void {
    segment.add(piece);
    this.onMore();
  }

  complete(segment: BufferedSegment): void {
    segment.complete();
    this.#forgetSent();
    this.onMore();
  }

  /** Whether another segment may be begun. */
  get hasRoomForSegment(): boolean {
    return this.#segments.length <= this.#options.ahead && this.#bytes < this.#options.enoughBytes;
  }

  /** Waits until another segment may be begun. */
  async roomForSegment(signal: AbortSignal): Promise<void> {
    while (!this.hasRoomForSegment) await this.#change(signal);
  }

  /** Waits until more of a segment may be read. */
  async roomForBytes(signal: AbortSignal): Promise<void> {
    while (this.isFull) await this.#change(signal);
  }

  /** Whether as many bytes wait as may. */
  get isFull(): boolean {
    return this.#bytes >= this.#options.mostBytes;
  }

  /** Seconds of sound that wait. */
  get seconds(): number {
    return this.#segments.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  get #bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The segment that is being sent, or is to be next. */
  get head(): BufferedSegment | undefined {
    return this.#segments[0];
  }

  /** Whether nothing was begun behind a segment. */
  isLast(segment: BufferedSegment): boolean {
    return this.#segments.at(-1) === segment;
  }

  /** Takes the next piece of the segment that is being sent. */
  take(): Chunk | undefined {
    const piece = this.head?.take();
    this.#forgetSent();
    this.wake();
    return piece;
  }

  /** Wakes whoever waits: there may be room, or nobody wants more. */
  wake(): void {
    const wake = this.#waiting;
    this.#waiting = undefined;
    wake?.();
  }

  #forgetSent(): void {
    while (this.head?.isWhole === true && this.head.isEmpty) this.#segments.shift();
  }

  /** Waits for the reader. One waits at a time, as segments are made one after the other. */
  async #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => (this.#waiting = resolve));
    signal.throwIfAborted();
  }
}
