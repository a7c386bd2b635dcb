import type { Failure } from './failure.js';
import { RetryBudget } from './retry-budget.js';

/** What retries are held to. */
export interface RetryOptions {
  /** Tries beyond the first. More than one multiplies the load on a service just when it can bear it least. */
  readonly limit: number;
  /** Retried work as a share of all work, 0 to 1; 0 allows none. */
  readonly budget: number;
  /** Work that may be retried before any has been counted: the largest single call, so that a quiet service can retry at all. */
  readonly floor: number;
  /** Returns 0 to 1. Spreads the retries of callers that failed together. */
  readonly random: () => number;
}

/** Whether one failed call is to be tried again. */
export interface RetryQuestion {
  /** Why it failed. */
  readonly failure: Failure;
  /** Tries so far. */
  readonly tries: number;
  /** Work of this call, in the unit of the budget. */
  readonly work: number;
  /** Milliseconds that the caller has left for this service. */
  readonly remaining: number;
}

/** Milliseconds over which retries are spread: a restart of a worker process on the other side takes about that long. */
const SPREAD = 100;
/** Milliseconds that must be left after the wait, or the retry could not succeed anyway. */
const LEAST_TIME = 100;
/** Calm may save up so many times the floor. */
const CEILING = 10;

/** Decides whether a failed call is made once more, and when. Retries have a budget, so that they cannot feed an outage. */
export class Retry {
  readonly #options: RetryOptions;
  readonly #budget: RetryBudget;

  constructor(options: RetryOptions) {
    const floor = options.budget > 0 ? options.floor : 0;
    this.#options = options;
    this.#budget = new RetryBudget({ ratio: options.budget, floor, ceiling: floor * CEILING });
  }

  /** Counts a first try. */
  began(work: number): void {
    this.#budget.deposit(work);
  }

  /**
   * Says how many milliseconds to wait before the next try (full jitter, or what the service asked for with jitter behind it), or
   * undefined where there is to be none. An answer takes its work out of the budget.
   */
  delay({ failure, tries, work, remaining }: RetryQuestion): number | undefined {
    const { limit, random } = this.#options;
    if (!failure.retryHelps || tries > limit) return undefined;
    const delay = (failure.retryAfter ?? 0) + random() * SPREAD;
    if (delay + LEAST_TIME > remaining || !this.#budget.withdraw(work)) return undefined;
    return delay;
  }
}
