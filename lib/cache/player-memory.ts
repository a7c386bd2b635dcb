import { LRUCache } from 'lru-cache';
import type { PlayedAudio, PlayerMemory } from '../speech/audio-cache.js';
import type { SpeechRequest } from '../speech/request.js';
import { cacheKey } from './cache-key.js';

/** Bytes for all players at once: twenty minutes of uncompressed speech. A speech that is larger is not asked for in ranges. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Milliseconds since it was last asked for: somebody who pauses comes back by then, or hears it said anew. */
const PLAYED_FOR = 300_000;

/** What players of all configurations have under way. */
export class PlayerStore {
  readonly #played: LRUCache<string, PlayedAudio>;
  #unfinished = 0;

  /** @param now milliseconds of a clock that never runs backwards */
  constructor(now: () => number) {
    this.#played = new LRUCache({
      maxSize: MOST_BYTES,
      sizeCalculation: ({ body }) => Math.max(1, body.length),
      ttl: PLAYED_FOR,
      updateAgeOnGet: true,
      // It asks the time at each look instead of setting a timer, and takes a time of 0 for none.
      ttlResolution: 0,
      perf: { now: () => now() + 1 },
    });
  }

  get(key: string): PlayedAudio | undefined {
    return this.#played.get(key);
  }

  /** Keeps it, unless somebody was faster: ranges of two syntheses never fit together. */
  add(key: string, audio: PlayedAudio): PlayedAudio {
    const before = this.#played.get(key);
    if (before !== undefined) return before;
    this.#played.set(key, audio);
    return audio;
  }

  /** Takes room for bytes that are being gathered, or says that there is none. */
  reserve(bytes: number): boolean {
    if (this.#unfinished + bytes > MOST_BYTES) return false;
    this.#unfinished += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#unfinished -= bytes;
  }
}

/** The same as one configuration sees it: what another one made is out of its reach. */
export class ConfiguredPlayerMemory implements PlayerMemory {
  readonly #store: PlayerStore;
  readonly #revision: string;

  constructor(store: PlayerStore, revision: string) {
    this.#store = store;
    this.#revision = revision;
  }

  get(request: SpeechRequest, fallback: 'chain' | 'none'): PlayedAudio | undefined {
    return this.#store.get(this.#key(request, fallback));
  }

  add(request: SpeechRequest, fallback: 'chain' | 'none', audio: PlayedAudio): PlayedAudio {
    return this.#store.add(this.#key(request, fallback), audio);
  }

  reserve(bytes: number): boolean {
    return this.#store.reserve(bytes);
  }

  release(bytes: number): void {
    this.#store.release(bytes);
  }

  #key(request: SpeechRequest, fallback: 'chain' | 'none'): string {
    return `${fallback} ${cacheKey(this.#revision, request)}`;
  }
}
