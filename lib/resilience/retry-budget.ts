/** What a budget of retries is held to. */
export interface RetryBudgetOptions {
  /** Retried work as a share of first attempts, 0 to 1. */
  readonly ratio: number;
  /** Work that may be retried before any first attempts have been counted, so that a quiet service can retry at all. */
  readonly floor: number;
  /** The most that quiet times may save up: a long calm must not pay for a storm. */
  readonly ceiling: number;
}

/**
 * Bounds retries as a share of all work, so that they cannot multiply the load on a service that is failing already. Work is
 * counted in whatever unit costs: characters, calls or bytes.
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  #tokens: number;

  constructor(options: RetryBudgetOptions) {
    this.#options = options;
    this.#tokens = options.floor;
  }

  /** Counts a first attempt, which earns its share of retries. */
  deposit(work: number): void {
    const { ratio, ceiling } = this.#options;
    this.#tokens = Math.min(ceiling, this.#tokens + work * ratio);
  }

  /** Takes the budget for a retry, or says that there is not enough. */
  withdraw(work: number): boolean {
    if (work > this.#tokens) return false;
    this.#tokens -= work;
    return true;
  }
}
