import type { Clock } from './clock.js';

/** One moment by which everything has to have happened, however many stages share the way there. */
export class Deadline {
  readonly #clock: Clock;
  readonly #end: number;

  constructor(milliseconds: number, clock: Clock) {
    this.#clock = clock;
    this.#end = clock.now() + milliseconds;
  }

  /** Milliseconds left, never below 0. */
  remaining(): number {
    return Math.max(0, this.#end - this.#clock.now());
  }
}

/**
 * Splits what is left of a deadline: a stage may use all but the reserve of the stages behind it.
 *
 * Reserves are a wish. Where they would leave the stage less than an equal share (a short deadline, many stages), it gets the
 * equal share, so that no stage is starved by those that may never be needed. Stages that need no time count for nothing.
 *
 * @param remaining milliseconds left of the deadline
 * @param reserves the milliseconds kept for each stage behind this one
 */
export function stageBudget(remaining: number, reserves: readonly number[]): number {
  let kept = 0;
  let sharers = 1;
  for (const reserve of reserves) {
    if (reserve <= 0) continue;
    kept += reserve;
    sharers += 1;
  }
  return Math.max(remaining - kept, remaining / sharers);
}
