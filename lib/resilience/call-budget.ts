import type { Clock } from './clock.js';

/** What a budget of calls is held to. */
export interface CallBudgetOptions {
  /** Most calls in any minute; no limit where it is not given. */
  readonly maxCallsPerMinute?: number | undefined;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
}

/** How many more calls a service says that it takes. */
export interface CallAllowance {
  /** Calls that it takes from now on. */
  readonly calls: number;
  /** Milliseconds until it takes one more than none, where it says so. */
  readonly nextIn?: number | undefined;
  /** Milliseconds until all that is said here is over. */
  readonly resetsIn: number;
}

const MINUTE = 60_000;

/** Refuses a call because it would be one too many in this minute. It says nothing about the service. */
export class CallBudgetError extends Error {
  override readonly name = 'CallBudgetError';
  /** As the service itself would say. */
  readonly code = 'rate_limited';
  /** Milliseconds until there may be another call. */
  readonly retryAfter: number;

  /** @param retryAfter milliseconds until there may be another call */
  constructor(retryAfter: number) {
    super('as many calls have been made in this minute as may be');
    this.retryAfter = retryAfter;
  }
}

/**
 * Keeps account of the calls that a service takes: as many in a minute as an option says, and as many as it says itself. The option
 * is kept to; what a service says is only known to those who can wait or make fewer calls, as it knows best when to refuse one.
 */
export class CallBudget {
  readonly #maxCallsPerMinute: number | undefined;
  readonly #clock: Clock;
  /** When the calls of the last minute were made, as many as may be. */
  readonly #made: number[] = [];
  #allowed: { calls: number; readonly nextAt: number; readonly until: number } | undefined;
  #restsUntil = 0;

  constructor({ maxCallsPerMinute, clock }: CallBudgetOptions) {
    this.#maxCallsPerMinute = maxCallsPerMinute;
    this.#clock = clock;
  }

  /** Milliseconds until a call may be made: the option's wait, or the rest that the service asked for. */
  get wait(): number {
    return Math.max(this.#ownWait, this.#restsUntil - this.#clock.now(), 0);
  }

  /** Calls that can be made as far as anybody knows; Infinity where nobody does. */
  get left(): number {
    this.#forgetOld();
    const own = this.#maxCallsPerMinute === undefined ? Infinity : this.#maxCallsPerMinute - this.#made.length;
    return Math.max(0, Math.min(own, this.#allowed?.calls ?? Infinity));
  }

  /** Milliseconds until there is a call left where there is none, as far as the service has said. */
  get nextIn(): number {
    this.#forgetOld();
    const told = this.#allowed !== undefined && this.#allowed.calls <= 0 ? this.#allowed.nextAt - this.#clock.now() : 0;
    return Math.max(this.wait, told, 0);
  }

  /**
   * Counts a call that is about to be made.
   *
   * @throws {CallBudgetError} when it would be one more than the option allows
   */
  take(): void {
    const wait = this.#ownWait;
    if (wait > 0) throw new CallBudgetError(wait);
    this.count();
  }

  /** Counts a call that is made in any case, as a part of another one or to see how the service is. */
  count(): void {
    if (this.#maxCallsPerMinute !== undefined) this.#made.push(this.#clock.now());
    if (this.#allowed !== undefined) this.#allowed.calls -= 1;
  }

  /** Notes what the service says that it takes. Calls that were made meanwhile count for more than an old answer. */
  told({ calls, nextIn = 0, resetsIn }: CallAllowance): void {
    const now = this.#clock.now();
    this.#allowed = { calls, nextAt: now + nextIn, until: now + resetsIn };
  }

  /** Notes that the service refused a call and asked for rest. How many it takes after that is not known, so they are to be few. */
  rest(milliseconds: number): void {
    const until = this.#clock.now() + milliseconds;
    this.#restsUntil = Math.max(this.#restsUntil, until);
    this.#allowed = { calls: 1, nextAt: until, until: until + MINUTE };
  }

  get #ownWait(): number {
    if (this.#maxCallsPerMinute === undefined) return 0;
    this.#forgetOld();
    // There may be more than there should be, of which all but one too few have to be over.
    const last = this.#made[this.#made.length - this.#maxCallsPerMinute];
    return last === undefined ? 0 : last + MINUTE - this.#clock.now();
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    while (this.#made[0] !== undefined && this.#made[0] + MINUTE <= now) this.#made.shift();
    if (this.#allowed !== undefined && this.#allowed.until <= now) this.#allowed = undefined;
  }
}
