import type { Clock } from './clock.js';

/** What an adaptive limit is held to. */
export interface AdaptiveLimitOptions {
  /** The highest that it may become. */
  readonly most: number;
  /** Milliseconds after which an answer to one of several calls has taken too long: half of what it may take at all, as a rule. */
  readonly lateAfter: number;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Called when it has risen, as there may be room for somebody who waits. */
  readonly onRise: () => void;
}

/**
 * Calls that are made at the same time before anything is known: as many as the failures in a row that open a circuit by default, so
 * that the first crowd in front of a frozen service finds it out.
 */
const FIRST = 5;
/** Whoever allows many says that the service bears more than most; a quarter of it is tried at once. */
const FIRST_SHARE = 1 / 4;
/** What is left of it when it was too much. */
const BACKOFF = 1 / 2;

/**
 * How many calls a service bears at the same time, found out by trying: additive increase, multiplicative decrease.
 *
 * As long as answers begin in time and all that is allowed is made use of, it rises: by one for each answer until it has come back to
 * where it was well before (slow start), and then by one for each round of answers. Where one of several calls is late, or was refused
 * for load, half of it is left. What was begun before that says nothing about the new limit, so that one crowd is answered by one step.
 *
 * The rule is TCP's congestion control (RFC 5681, 3.1); on latency, and with the condition that the limit is in use, it is Netflix's
 * AIMDLimit (concurrency-limits).
 */
export class AdaptiveLimit {
  readonly #options: AdaptiveLimitOptions;
  #limit: number;
  /** Up to here it rises fast. */
  #threshold: number;
  /** Whether nothing has spoken against the most yet. */
  #isUntried = true;
  /** When it was last lowered. */
  #loweredAt = Number.NEGATIVE_INFINITY;

  constructor(options: AdaptiveLimitOptions) {
    const { most } = options;
    this.#options = options;
    this.#limit = Math.min(most, Math.max(FIRST, Math.ceil(most * FIRST_SHARE)));
    this.#threshold = most;
  }

  /** Calls that may be under way at the same time, at least one. */
  get current(): number {
    return Math.floor(this.#limit);
  }

  /**
   * Calls that are held back for caution alone: what is allowed beyond the limit, as long as none has been too much. From then on the
   * limit is what the service bears.
   */
  get untried(): number {
    return this.#isUntried ? this.#options.most - this.current : 0;
  }

  /**
   * Takes note that an answer has begun.
   *
   * @param begunAt time by the clock at which the call was made
   * @param company calls that were under way when it was made, itself included
   */
  answered(begunAt: number, company: number): void {
    const { clock, lateAfter, most } = this.#options;
    if (begunAt < this.#loweredAt) return;
    if (company > 1 && clock.now() - begunAt > lateAfter) {
      this.overloaded(begunAt);
      return;
    }
    // A limit that nobody comes near has not been tried.
    if (company * 2 < this.current || this.#limit >= most) return;
    const before = this.current;
    this.#limit = Math.min(most, this.#limit + (this.#limit < this.#threshold ? 1 : 1 / this.#limit));
    if (this.current > before) this.#options.onRise();
  }

  /** Takes note that a call was too much: it was late because of the others, or refused for load. */
  overloaded(begunAt: number): void {
    if (begunAt < this.#loweredAt) return;
    this.#threshold = Math.max(1, this.#limit * BACKOFF);
    this.#set(this.#threshold);
  }

  /**
   * Begins again, with one call more than there are, for a service that has just come back.
   *
   * @param underWay calls that are under way, the one that found the service well included
   */
  restart(underWay: number): void {
    this.#threshold = Math.max(FIRST, this.#limit * BACKOFF);
    this.#set(Math.min(this.#options.most, underWay + 1));
  }

  #set(limit: number): void {
    this.#isUntried = false;
    this.#limit = limit;
    this.#loweredAt = this.#options.clock.now();
  }
}
