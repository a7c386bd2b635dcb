import type { Passage, SegmentPlan } from './segment-plan.js';

/** What is known of the calls that a provider takes, for those who can make fewer of them, or wait. */
export interface CallPace {
  /** Milliseconds until it may be called; 0 where that is now. */
  readonly rest: number;
  /** Calls that it takes now; Infinity where nobody knows. */
  readonly left: number;
  /** Milliseconds until it takes one more, where it takes none. */
  readonly nextIn: number;
  /** Longest input in characters. */
  readonly maxInput: number | undefined;
}

export interface PacingOptions {
  readonly plan: SegmentPlan;
  /** Longest segment in letters, which every provider takes. */
  readonly maxChars: number;
  /** Whether the text has more than a few sentences, each of which would be a call of its own. */
  readonly isVeryLong: boolean;
  readonly paceOf: (provider: string) => CallPace;
  /** Milliseconds of sound that are there and not heard yet. */
  readonly ahead: () => number;
}

/** Letters that take a little more than a minute to say: with such passages a server that takes one call a minute keeps up with a listener. */
const MINUTE_OF_LETTERS = 1_200;
/** Times what was said before it that a passage may be long. */
const GROWTH = 2;
/** Milliseconds that a passage may take to begin: a second less than a remote has by default. */
const MOST_UNTIL_SOUND = 4_000;
/**
 * Milliseconds that a listener may wait in silence before another voice goes on: a long pause, as if between two chapters. More would be
 * taken for the end.
 */
const MOST_SILENCE = 3_000;
/** Milliseconds that anybody is waited for in all: longer than that no `Retry-After` is taken for. */
export const MOST_WAIT = 60_000;

/**
 * Decides how much is asked for at once, and for how long a provider is waited for.
 *
 * A very long text is said in passages that grow, up to the longest segment: fewer calls cost less, and a server that limits their rate
 * allows only a few a minute. None is so long that a server which makes all of its sound first would leave a gap before it. Where few
 * calls are left, they are made longer still.
 */
export class Pacing {
  readonly #options: PacingOptions;
  /** How many milliseconds the last passage took to begin, a letter. Servers that make all of the sound first take longer for more. */
  #slowness: { readonly provider: string; readonly perLetter: number } | undefined;
  /** Those who would not take more than the longest segment. */
  readonly #refusedLonger = new Set<string>();

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  /** Letters that a provider is to be asked for at once, at the most; a segment may have more. */
  lettersFor(provider: string): number {
    const { plan, maxChars, paceOf } = this.#options;
    const usual = this.#usualLetters(provider);
    const { left, maxInput = Infinity } = paceOf(provider);
    if (left === Infinity || this.#refusedLonger.has(provider)) return usual;
    const needed = Math.ceil(plan.left / Math.max(1, left));
    const inTime = this.#lettersIn(MOST_UNTIL_SOUND, provider);
    return Math.max(usual, Math.min(needed, MINUTE_OF_LETTERS, maxInput, Math.max(inTime, maxChars)));
  }

  /** Notes how long a passage took to begin. */
  begun(provider: string, { weight }: Passage, milliseconds: number): void {
    this.#slowness = { provider, perLetter: milliseconds / Math.max(1, weight) };
  }

  /** Whether a passage is longer than what everybody takes. */
  isLonger({ weight, length }: Passage): boolean {
    return length > 1 && weight > this.#options.maxChars;
  }

  /** Notes that a provider did not speak a passage that is longer than usual. */
  refusedLonger(provider: string): void {
    this.#refusedLonger.add(provider);
  }

  /** Milliseconds that a provider has to be waited for until it can be called. */
  waitFor(provider: string): number {
    const { rest, left, nextIn } = this.#options.paceOf(provider);
    return Math.max(rest, left === 0 ? nextIn : 0);
  }

  /**
   * Milliseconds for which waiting is better than another voice: as long as there is something to hear, and a little longer. Where
   * nobody else is left, silence is better than the end.
   */
  patience(hasOthers: boolean): number {
    return hasOthers ? Math.min(MOST_WAIT, this.#options.ahead() + MOST_SILENCE) : MOST_WAIT;
  }

  #usualLetters(provider: string): number {
    const { plan, maxChars, isVeryLong, ahead } = this.#options;
    if (!isVeryLong) return 0;
    return Math.min(maxChars, GROWTH * plan.said, this.#lettersIn(Math.min(MOST_UNTIL_SOUND, ahead()), provider));
  }

  #lettersIn(milliseconds: number, provider: string): number {
    return this.#slowness?.provider === provider ? milliseconds / this.#slowness.perLetter : Infinity;
  }
}
