import type { Clock } from '../../resilience/index.js';

/** Milliseconds over which requests are counted, and the pieces in which they are forgotten. */
const WINDOW = 300_000;
const PIECES = 10;
/** Fewer requests than this say nothing. */
const MINIMUM = 20;
/** High from a quarter on: the circuit and the checks tell of a provider that is gone, this tells of one that often fails. */
const HIGH = 0.25;
/** And until it is half of that, so that it does not come and go. */
const LOW = HIGH / 2;

interface Piece {
  /** Number of the piece since the clock began. */
  number: number;
  requests: number;
  degraded: number;
}

/** The share of requests that the first provider was asked and did not answer, over the last five minutes. */
export class FallbackRatio {
  /** Milliseconds after which it may have changed by itself. */
  readonly step = WINDOW / PIECES;
  readonly #clock: Clock;
  readonly #pieces: Piece[] = Array.from({ length: PIECES }, () => ({ number: -1, requests: 0, degraded: 0 }));
  #isHigh = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(degraded: boolean): void {
    const number = this.#now();
    const piece = this.#pieces[number % PIECES];
    if (piece === undefined) return;
    if (piece.number !== number) Object.assign(piece, { number, requests: 0, degraded: 0 });
    piece.requests += 1;
    if (degraded) piece.degraded += 1;
  }

  isHigh(): boolean {
    const oldest = this.#now() - PIECES + 1;
    let requests = 0;
    let degraded = 0;
    for (const piece of this.#pieces) {
      if (piece.number < oldest) continue;
      requests += piece.requests;
      degraded += piece.degraded;
    }
    // Where nobody asks, nobody is sent to another provider.
    if (requests === 0) this.#isHigh = false;
    else if (requests >= MINIMUM) this.#isHigh = degraded / requests >= (this.#isHigh ? LOW : HIGH);
    return this.#isHigh;
  }

  #now(): number {
    return Math.floor(this.#clock.now() / this.step);
  }
}
