import type { Clock } from './clock.js';

/** How much the last answer counts against those before it. */
const WEIGHT = 0.2;
/** Milliseconds in which something was heard just now. */
const JUST_NOW = 1_000;

/** When a service was last heard, by whomever, and how long it takes to be. */
export class Pulse {
  readonly #clock: Clock;
  #heardAt = Number.NEGATIVE_INFINITY;
  #usualAnswer: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds from a call to its answer, as a rule; 0 while there has been none. */
  get usualAnswer(): number {
    return this.#usualAnswer ?? 0;
  }

  /** Says that something has come from the service. */
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Says that an answer has begun. */
  answered(begunAt: number): void {
    this.heard();
    const took = this.#heardAt - begunAt;
    this.#usualAnswer =
      this.#usualAnswer === undefined ? took : this.#usualAnswer + WEIGHT * (took - this.#usualAnswer);
  }

  /**
   * Says whether the service was at work for others while a call waited in vain. Heard in the older half of the wait is too long ago: a
   * service that has frozen was heard before that too.
   */
  isAliveFor(begunAt: number): boolean {
    const now = this.#clock.now();
    return now - this.#heardAt < Math.max(JUST_NOW, (now - begunAt) / 2);
  }
}
