import type { Readable } from 'node:stream';

export interface SoundMemoryLimits {
  /** Bytes of one speech from which on no more is made for it than its reader asks for. */
  readonly ofOne: number;
  /** Bytes of all speeches together from which on that is so for each. */
  readonly ofAll: number;
}

/**
 * One: 4,096 characters as MP3 at a quarter of the pace are 7.6 MB, and no sentence of a long text has more than 5 MB in any format.
 * All: eight such speeches, or thirty of the usual length and pace.
 */
const LIMITS: SoundMemoryLimits = { ofOne: 8 * 1024 * 1024, ofAll: 64 * 1024 * 1024 };

/**
 * Bounds what is made ahead of readers who are slow. A piece more may come than there is room for, as its size is known only when it is
 * there; and what readers have asked for, two pieces each, is made in any case.
 */
export class SoundMemory {
  readonly #limits: SoundMemoryLimits;
  readonly #speeches = new Set<Readable>();

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** Bytes that are made and not read. */
  get bytes(): number {
    let sum = 0;
    for (const { readableLength } of this.#speeches) sum += readableLength;
    return sum;
  }

  /** Counts what waits in a stream, until it closes. */
  watch(speech: Readable): void {
    this.#speeches.add(speech);
    speech.once('close', () => this.#speeches.delete(speech));
  }

  /** Whether more may be made for a stream than its reader has asked for. */
  hasRoomFor({ readableLength }: Readable): boolean {
    return readableLength < this.#limits.ofOne && this.bytes < this.#limits.ofAll;
  }
}
