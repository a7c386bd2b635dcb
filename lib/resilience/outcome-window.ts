export type Outcome = 'success' | 'failure';

/** The last so many outcomes, and how many of them were failures. */
export class OutcomeWindow {
  readonly #capacity: number;
  readonly #outcomes: Outcome[] = [];
  #next = 0;
  #failures = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#outcomes.length;
  }

  /** Share of failures, 0 to 1; 0 for no outcomes. */
  get failureRate(): number {
    return this.size === 0 ? 0 : this.#failures / this.size;
  }

  /** Adds an outcome in place of the oldest one. */
  add(outcome: Outcome): void {
    if (this.#outcomes[this.#next] === 'failure') this.#failures -= 1;
    if (outcome === 'failure') this.#failures += 1;
    this.#outcomes[this.#next] = outcome;
    this.#next = (this.#next + 1) % this.#capacity;
  }
}
