/** How finely time is cut, how much of it is kept, and how many things are counted in each piece. */
export interface SlidingCountsOptions {
  /** Milliseconds of a slot. */
  readonly width: number;
  /** Slots that are kept, the present one included. */
  readonly slots: number;
  /** Things that are counted in each. */
  readonly columns: number;
}

/** Counts of the recent past, slot by slot. A count takes the same time however long it has been, and memory never grows. */
export class SlidingCounts {
  readonly #width: number;
  readonly #slots: number;
  readonly #columns: number;
  readonly #counts: Uint32Array;
  /** Which slot of all time lies at each place of the ring. */
  readonly #numbers: Float64Array;

  constructor({ width, slots, columns }: SlidingCountsOptions) {
    this.#width = width;
    this.#slots = slots;
    this.#columns = columns;
    this.#counts = new Uint32Array(slots * columns);
    this.#numbers = new Float64Array(slots).fill(-Infinity);
  }

  /**
   * @param column what has happened
   * @param now milliseconds of a clock that never runs backwards
   */
  add(column: number, now: number): void {
    const number = Math.floor(now / this.#width);
    const place = number % this.#slots;
    const start = place * this.#columns;
    if (this.#numbers[place] !== number) {
      this.#numbers[place] = number;
      this.#counts.fill(0, start, start + this.#columns);
    }
    this.#counts[start + column] = (this.#counts[start + column] ?? 0) + 1;
  }

  /** Returns a list for each column, its oldest slot first and the present one last. */
  read(now: number): number[][] {
    const last = Math.floor(now / this.#width);
    return Array.from({ length: this.#columns }, (_column, column) =>
      Array.from({ length: this.#slots }, (_slot, index) => this.#at(last - this.#slots + 1 + index, column)),
    );
  }

  /** Returns the sum of each column over all slots. */
  totals(now: number): number[] {
    return this.read(now).map((counts) => counts.reduce((sum, count) => sum + count, 0));
  }

  #at(number: number, column: number): number {
    const place = ((number % this.#slots) + this.#slots) % this.#slots;
    return this.#numbers[place] === number ? (this.#counts[place * this.#columns + column] ?? 0) : 0;
  }
}
