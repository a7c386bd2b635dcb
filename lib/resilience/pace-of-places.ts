import type { Clock } from './clock.js';

/** Milliseconds after which the pace is forgotten: it was another load, and perhaps another service. */
const FORGOTTEN_AFTER = 60_000;
/** A wait is given up at once only where it would last so many times as long as it may: the pace is a guess. */
const CERTAINTY = 1.5;

/**
 * Measures how long it takes, while all places are taken, until the next one becomes free. That is what a wait is made of, whatever
 * calls there are, long ones and short ones, and however many at a time.
 *
 * It is taken over as many places as there are: calls that were begun together end together, and the first of them says nothing.
 */
export class PaceOfPlaces {
  readonly #clock: Clock;
  /** Milliseconds from one free place to the next. */
  #gap: number | undefined;
  #measuredAt = 0;
  /** When all places were taken, and when each of the last became free since; empty while there is room. */
  #marks: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says that all places are taken now. */
  filled(): void {
    if (this.#marks.length === 0) this.#marks.push(this.#clock.now());
  }

  /** Says that one of so many places has become free. */
  freed(places: number): void {
    if (this.#marks.length === 0) return;
    const now = this.#clock.now();
    this.#marks.push(now);
    if (this.#marks.length > places + 1) this.#marks.splice(0, this.#marks.length - places - 1);
    const [first] = this.#marks;
    if (first === undefined || this.#marks.length <= places) return;
    this.#gap = (now - first) / places;
    this.#measuredAt = now;
  }

  /** Says that there is a free place, so that nothing can be learnt. */
  hasRoom(): void {
    if (this.#marks.length > 0) this.#marks = [];
  }

  /**
   * Says whether somebody would wait for nothing.
   *
   * @param before how many stand before it
   * @param left milliseconds that it may wait
   */
  isInVain(before: number, left: number): boolean {
    if (this.#gap === undefined || this.#clock.now() - this.#measuredAt > FORGOTTEN_AFTER) return false;
    return (before + 1) * this.#gap > left * CERTAINTY;
  }
}
