import { LRUCache } from 'lru-cache';
import type { CachedAudio } from '../speech/audio-cache.js';

export interface AudioMemoryLimits {
  /** Bytes of audio that are kept. */
  readonly maxBytes: number;
  /** Milliseconds for which they are. */
  readonly ttl: number;
}

/** Audio larger than this share of the memory would push out too much of the rest. */
const LARGEST_SHARE = 1 / 4;
/** What is still on its way may take so much on top, however many replies are being sent and however slowly they are read. */
const UNFINISHED_SHARE = 1 / 2;

/** Keeps audio in this process, as much as fits; what was not asked for the longest goes first. */
export class AudioMemory {
  readonly limits: AudioMemoryLimits;
  /** Bytes of the largest audio that is kept. */
  readonly largest: number;
  readonly #kept: LRUCache<string, CachedAudio>;
  #unfinished = 0;

  /** @param now milliseconds of a clock that never runs backwards */
  constructor(limits: AudioMemoryLimits, now: () => number) {
    this.limits = limits;
    this.largest = Math.floor(limits.maxBytes * LARGEST_SHARE);
    this.#kept = new LRUCache({
      maxSize: limits.maxBytes,
      sizeCalculation: ({ body }) => body.length,
      ttl: limits.ttl,
      // It asks the time at each look instead of setting a timer, and takes a time of 0 for none.
      ttlResolution: 0,
      perf: { now: () => now() + 1 },
    });
  }

  get(key: string): CachedAudio | undefined {
    return this.#kept.get(key);
  }

  set(key: string, audio: CachedAudio): void {
    this.#kept.set(key, audio);
  }

  /** Takes room for bytes of audio that is still on its way, or says that there is none. */
  reserve(bytes: number): boolean {
    if (this.#unfinished + bytes > this.limits.maxBytes * UNFINISHED_SHARE) return false;
    this.#unfinished += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#unfinished -= bytes;
  }
}
