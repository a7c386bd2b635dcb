import { SlidingCounts } from './sliding-counts.js';

/** How the last day and the last hour are cut, in milliseconds and slots. */
export const DAY = { width: 300_000, slots: 288 } as const;
export const HOUR = { width: 60_000, slots: 60 } as const;

/** What is counted, by name: a list of each, the oldest slot first and the present one last. */
export type Counts<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Counts of the last day and, more finely, of the last hour. */
export class TimeLine<Name extends string> {
  readonly #names: readonly Name[];
  readonly #day: SlidingCounts;
  readonly #hour: SlidingCounts;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#day = new SlidingCounts({ ...DAY, columns: names.length });
    this.#hour = new SlidingCounts({ ...HOUR, columns: names.length });
  }

  add(name: Name, now: number): void {
    const column = this.#names.indexOf(name);
    this.#day.add(column, now);
    this.#hour.add(column, now);
  }

  read(now: number): { readonly day: Counts<Name>; readonly hour: Counts<Name> } {
    return { day: this.#named(this.#day.read(now)), hour: this.#named(this.#hour.read(now)) };
  }

  /** Sums up the last day. */
  totals(now: number): Readonly<Record<Name, number>> {
    return this.#named(this.#day.totals(now));
  }

  #named<Value>(columns: readonly Value[]): Record<Name, Value> {
    return Object.fromEntries(this.#names.map((name, column) => [name, columns[column]])) as Record<Name, Value>;
  }
}
