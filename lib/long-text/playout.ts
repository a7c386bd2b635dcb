import type { Clock } from '../resilience/index.js';

/** Follows how much of what was sent is still to be heard by somebody who plays it as it comes. */
export class Playout {
  readonly #clock: Clock;
  #end = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that so much sound was sent. Who had run dry goes on from now. */
  sent(seconds: number): void {
    this.#end = Math.max(this.#end, this.#clock.now()) + seconds * 1_000;
  }

  /** Milliseconds of sound that are still to be heard. */
  get ahead(): number {
    return Math.max(0, this.#end - this.#clock.now());
  }
}
