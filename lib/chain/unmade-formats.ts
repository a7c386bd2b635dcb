import type { SpeechFormat } from '../audio/formats.js';
import type { Clock } from '../resilience/index.js';

/** Milliseconds after which a provider is asked again for a format that it did not make: it may have been renewed. */
const ASK_AGAIN_AFTER = 600_000;

/** Remembers the formats that a provider turned out not to make: it spoke, and it was other sound that came. */
export class UnmadeFormats {
  readonly #clock: Clock;
  readonly #askAgainAt = new Map<SpeechFormat, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(format: SpeechFormat): boolean {
    const at = this.#askAgainAt.get(format);
    return at !== undefined && this.#clock.now() < at;
  }

  /** Takes note of a format that did not come. */
  add(format: SpeechFormat): void {
    this.#askAgainAt.set(format, this.#clock.now() + ASK_AGAIN_AFTER);
  }
}
