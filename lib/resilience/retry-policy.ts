import { isBrokenConnection } from './broken-connection.js';
import { checkOptions, CLOCK, FUNCTION, MILLISECONDS_OR_NONE, or, ratio, wholeNumber } from './check-options.js';
import type { Settings } from './check-options.js';
import { systemClock, type Clock } from './clock.js';
import { DEFAULTS } from './defaults.js';
import { failureOf } from './failure.js';
import { pause } from './pause.js';
import { callLinked, type Policy, type Task } from './policy.js';
import { Retry } from './retry.js';

/** What `retry()` can be told. */
export interface RetryPolicyOptions {
  /** Tries beyond the first. */
  readonly limit: number;
  /**
   * Retries as a share of all calls, 0 to 1: so they cannot feed an outage. One is allowed before any calls have been counted. `Infinity`
   * is for callers that make few calls, one after the other.
   */
  readonly budget: number;
  /** The longest rest in milliseconds that a service may ask for and still be tried again. */
  readonly maxDelay: number;
  /**
   * Says how many milliseconds to wait before the next try, up to 100 of jitter apart: none before the second, 100 before the third and
   * twice as many before each further one where it is not given. What the service asks for counts where that is more.
   *
   * @param tries tries so far
   */
  readonly backoff: (tries: number) => number;
  /** Says whether the same call may go well a moment later; `isRetryable()` says so where it is not given. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Says how many milliseconds of rest the service asked for, if it did; the error's own `retryAfter` where it is not given. */
  readonly retryAfter: (error: unknown) => number | undefined;
  /** Time as it passes for this, the system’s by default; tests hand in one of their own. */
  readonly clock: Clock;
  /** Returns 0 to 1. Spreads the retries of callers that failed together. */
  readonly random: () => number;
}

/** Milliseconds before the third try. */
const BACKOFF = 100;

const DEFAULT_OPTIONS: RetryPolicyOptions = {
  ...DEFAULTS.retry,
  backoff: (tries) => (tries === 1 ? 0 : BACKOFF * 2 ** (tries - 2)),
  isRetryable,
  retryAfter: (error) => failureOf(error).retryAfter,
  clock: systemClock,
  random: Math.random,
};

const RULES = {
  limit: wholeNumber('retries', 0),
  budget: or(ratio('a share of the calls'), Infinity, 'Infinity'),
  maxDelay: MILLISECONDS_OR_NONE,
  backoff: FUNCTION,
  isRetryable: FUNCTION,
  retryAfter: FUNCTION,
  clock: CLOCK,
  random: FUNCTION,
};

/**
 * Makes a policy that makes a failed call once more, where that can help. It is for calls that do no harm when they are made twice: of a
 * connection that broke nobody knows whether the service did what it was asked to.
 *
 * Rejects with what the last try failed with.
 *
 * @throws {TypeError} for options that there are not, or cannot be
 */
export function retry(options: Settings<RetryPolicyOptions> = {}): Policy {
  return new RetryPolicy({ ...DEFAULT_OPTIONS, ...checkOptions<RetryPolicyOptions>('retry()', options, RULES) });
}

/**
 * Says whether the same call may go well a moment later: the error says so by `retryHelps`, or, where that says nothing, the connection
 * broke. Time that is up is not given twice, and who refuses a connection does so a moment later as well.
 */
export function isRetryable(error: unknown): boolean {
  const { retryHelps } = Object(error) as { readonly retryHelps?: unknown };
  return typeof retryHelps === 'boolean' ? retryHelps : isBrokenConnection(error);
}

class RetryPolicy implements Policy {
  readonly #options: RetryPolicyOptions;
  readonly #retry: Retry;

  constructor(options: RetryPolicyOptions) {
    const { limit, budget, random } = options;
    this.#options = options;
    // The largest single call is one call.
    this.#retry = new Retry({ limit, budget, floor: budget === Infinity ? Infinity : 1, random });
  }

  execute<Value>(task: Task<Value>, signal?: AbortSignal): Promise<Value> {
    return callLinked(signal, async (own) => {
      this.#retry.began(1);
      for (let tries = 1; ; tries += 1) {
        try {
          return await task({ signal: own });
        } catch (error) {
          const delay = own.aborted ? undefined : this.#delay(error, tries);
          if (delay === undefined || (await pause(delay, this.#options.clock, own)) === 'aborted') throw error;
        }
      }
    });
  }

  #delay(error: unknown, tries: number): number | undefined {
    const { maxDelay, backoff } = this.#options;
    const asked = this.#options.retryAfter(error) ?? 0;
    if (asked > maxDelay) return undefined;
    const retryHelps = this.#options.isRetryable(error);
    const failure = { ...failureOf(error), retryHelps, retryAfter: Math.max(asked, backoff(tries)) };
    // Whoever has a time limit has it in the signal, which ends the pause.
    return this.#retry.delay({ failure, tries, work: 1, remaining: Infinity });
  }
}
