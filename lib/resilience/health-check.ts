import type { Clock } from './clock.js';
import { failureOf } from './failure.js';
import { withTimeLimit } from './time-limit.js';

export interface HealthCheckResult {
  readonly ok: boolean;
  /** Why it failed. */
  readonly code?: string;
  /** Unix time in milliseconds at which the check ended. */
  readonly at: number;
  /** Milliseconds it took. */
  readonly ms: number;
}

/** What a service is taken for. `unknown` before its first check has ended. */
export type HealthState = 'unknown' | 'up' | 'down';

export interface HealthCheckOptions {
  /** Resolves when the service is well, rejects with a coded error when it is not. */
  readonly check: (context: { readonly signal: AbortSignal }) => Promise<void>;
  /** Milliseconds from the end of one check to the start of the next. */
  readonly interval: number;
  /** Milliseconds after which a check has failed. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Returns 0 to 1. Spreads the checks of several instances. */
  readonly random: () => number;
  /** Called after each check, with the state that the service is in now and the one that it was in before. */
  readonly onResult: (result: HealthCheckResult, state: HealthState, before: HealthState) => void;
}

/** Failed checks in a row after which a service that was up is down: one lost packet is no outage. */
const DOWN_AFTER = 3;
/** Passed checks in a row after which a service that was down is up: one good answer may be luck. */
const UP_AFTER = 2;
/** While results disagree with the state, checks come so many times as often, so that it is settled within one interval. */
const HASTE = 4;
/** The interval is stretched or shortened by up to this share of itself. */
const JITTER = 0.1;

/** Says that a check did not end in time. */
class HealthCheckTimeoutError extends Error {
  readonly code = 'timeout.total';
}

/**
 * Asks a service how it is: once at the start and then regularly, never twice at the same time.
 *
 * The first check decides; from then on it takes three failures in a row to be down and two successes to be up again.
 */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  #state: HealthState = 'unknown';
  /** Checks in a row that disagreed with the state. */
  #contrary = 0;
  readonly #stopped = new AbortController();
  #cancelNext: () => void = () => undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** Begins to check. Resolves when the first check has ended, well or badly. */
  async start(): Promise<void> {
    await this.#checkOnce();
    this.#scheduleNext();
  }

  /** Ends all checks, the running one included. */
  stop(): void {
    this.#stopped.abort();
    this.#cancelNext();
  }

  #scheduleNext(): void {
    if (this.#stopped.signal.aborted) return;
    const { interval, random, clock } = this.#options;
    const jittered = interval * (1 - JITTER + 2 * JITTER * random());
    this.#cancelNext = clock.schedule(
      () => {
        void this.start();
      },
      this.#contrary > 0 ? jittered / HASTE : jittered,
    );
  }

  /** Moves the state on by one result. */
  #count(ok: boolean): void {
    const seen = ok ? 'up' : 'down';
    if (this.#state === seen) {
      this.#contrary = 0;
      return;
    }
    this.#contrary += 1;
    if (this.#state !== 'unknown' && this.#contrary < (ok ? UP_AFTER : DOWN_AFTER)) return;
    this.#state = seen;
    this.#contrary = 0;
  }

  async #checkOnce(): Promise<void> {
    const { check, timeout, clock, onResult } = this.#options;
    const started = clock.now();
    let code: string | undefined;
    // One controller a check: listeners on the long-lived one would pile up.
    const controller = new AbortController();
    const onStop = (): void => {
      controller.abort();
    };
    this.#stopped.signal.addEventListener('abort', onStop, { once: true });
    try {
      await withTimeLimit((signal) => check({ signal }), {
        limit: timeout,
        signal: controller.signal,
        clock,
        expired: () => new HealthCheckTimeoutError('the check did not end in time'),
        aborted: () => new HealthCheckTimeoutError('the check was stopped'),
      });
    } catch (thrown) {
      code = failureOf(thrown).code;
    } finally {
      this.#stopped.signal.removeEventListener('abort', onStop);
    }
    if (this.#stopped.signal.aborted) return;
    const ms = clock.now() - started;
    const before = this.#state;
    this.#count(code === undefined);
    const result = code === undefined ? { ok: true, at: Date.now(), ms } : { ok: false, code, at: Date.now(), ms };
    onResult(result, this.#state, before);
  }
}
