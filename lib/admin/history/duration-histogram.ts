import { SlidingCounts } from './sliding-counts.js';

/** Bins to a factor of ten: a percentile is wrong by an eighth at the most, however many durations there were. */
const BINS_PER_DECADE = 10;
/** Milliseconds at the end of the last bin but one; what is longer is in the last. */
const LONGEST = 100_000;
const BINS = BINS_PER_DECADE * Math.log10(LONGEST) + 1;
const HOUR = 3_600_000;

/** Percentiles in milliseconds, and of how many durations. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** Durations of the last day, of which their counts by length are kept and none of themselves. */
export class DurationHistogram {
  readonly #counts = new SlidingCounts({ width: HOUR, slots: 24, columns: BINS });

  /** @param ms the duration */
  add(ms: number, now: number): void {
    const bin = Math.ceil(BINS_PER_DECADE * Math.log10(Math.max(1, ms)));
    this.#counts.add(Math.min(BINS - 1, bin), now);
  }

  percentiles(now: number): Percentiles {
    const bins = this.#counts.totals(now);
    const count = bins.reduce((sum, inBin) => sum + inBin, 0);
    const at = (share: number): number | null => (count === 0 ? null : upperEnd(bins, share * count));
    return { count, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  }
}

/** Finds the bin in which the counts, from the shortest on, reach a number. Its longest duration stands for it: nothing is made to look quicker. */
function upperEnd(bins: readonly number[], wanted: number): number {
  let sum = 0;
  const bin = bins.findIndex((inBin) => (sum += inBin) >= wanted);
  return Math.round(10 ** (bin / BINS_PER_DECADE));
}
