import type { SpeechFormat } from '../../audio/formats.js';

/** Milliseconds after which a server is asked again for what it could not do: it may have been renewed meanwhile. */
const ASK_AGAIN_AFTER = 3_600_000;

/**
 * Remembers in which formats a server turned out not to speak in events. By format, as some make headerless sound in events
 * whatever they were asked for, and serve those well who want just that.
 */
export class EventSupport {
  readonly #now: () => number;
  readonly #askAgainAt = new Map<SpeechFormat, number>();

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  mayAskFor(format: SpeechFormat): boolean {
    return this.#now() >= (this.#askAgainAt.get(format) ?? Number.NEGATIVE_INFINITY);
  }

  /** Takes note that there are no events to be had that can be used; for an hour. */
  failed(format: SpeechFormat): void {
    this.#askAgainAt.set(format, this.#now() + ASK_AGAIN_AFTER);
  }
}
