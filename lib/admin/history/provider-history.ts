import type { SpeechEventMap } from '../../speech/events.js';
import { DurationHistogram, type Percentiles } from './duration-histogram.js';
import { TimeLine, type Counts } from './time-line.js';

/**
 * What is counted of a provider.
 *
 * - `up`, `down`, `unknown`: checks that passed, failed, or told nothing
 * - `answered`, `failed`: calls that brought sound or text, and that did not, or whose sound broke off
 * - `skipped`: requests that went past it, for a reason that does not show it ill: it is left alone, has too much to do, or cannot do this
 * - `requests`: requests whose answer was its own
 */
const COUNTED = ['up', 'down', 'unknown', 'answered', 'failed', 'skipped', 'requests'] as const;
type Counted = (typeof COUNTED)[number];

/** The last day of one provider, as plain data. */
export interface ProviderRecord {
  readonly day: Counts<Counted>;
  readonly hour: Counts<Counted>;
  /** Share of the day's checks that passed, of those that told something; null where there were none. */
  readonly passed: number | null;
  /** Share of the day's answered requests that it answered; null where there were none. */
  readonly share: number | null;
  /** Milliseconds to the first byte of what it answered in the last day. */
  readonly firstByte: Percentiles;
}

/** Counts what one provider does. */
export class ProviderHistory {
  readonly #line = new TimeLine(COUNTED);
  readonly #firstByte = new DurationHistogram();

  checked({ ok, inconclusive }: SpeechEventMap['health'], now: number): void {
    this.#line.add(inconclusive === true ? 'unknown' : ok ? 'up' : 'down', now);
  }

  called({ code, ms, error, committed }: SpeechEventMap['attempt'], now: number): void {
    // Callers who leave say nothing about a provider.
    if (code === 'aborted') return;
    if (code === null) {
      this.#line.add('answered', now);
      this.#firstByte.add(ms, now);
      return;
    }
    const isItsFault = committed === true || error?.blamesProvider !== false;
    this.#line.add(isItsFault ? 'failed' : 'skipped', now);
  }

  /** Counts a request that it answered. */
  answered(now: number): void {
    this.#line.add('requests', now);
  }

  /** @param answered requests that anybody answered in the last day */
  read(now: number, answered: number): ProviderRecord {
    const { up, down, requests } = this.#line.totals(now);
    return {
      ...this.#line.read(now),
      passed: ratio(up, up + down),
      share: ratio(requests, answered),
      firstByte: this.#firstByte.percentiles(now),
    };
  }
}

/** Returns a share from 0 to 1, or null of nothing. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
