import type { Clock } from './clock.js';
import { failureOf } from './failure.js';
import { withTimeLimit } from './timeout.js';

/** What came of a check. */
export interface HealthCheckResult {
  /** Whether it went well. */
  readonly ok: boolean;
  /** Why it failed. */
  readonly code?: string;
  /** Set where the answer tells nothing of the service's health: it is there, and what was asked is not for us to know. */
  readonly inconclusive?: true;
  /** Unix time in milliseconds at which the check ended. */
  readonly at: number;
  /** Milliseconds it took. */
  readonly ms: number;
}

/** What a service is taken for. `unknown` before a check has told something. */
export type HealthState = 'unknown' | 'up' | 'down';

/** What is asked of a service, how often, and who is told. */
export interface HealthCheckOptions {
  /**
   * Resolves when the service is well, rejects with a coded error when it is not. Where the answer tells nothing of that it resolves
   * with `unknown`.
   */
  readonly check: (context: {
    /** Aborts when the check has taken too long, or is wanted no more. */
    readonly signal: AbortSignal;
  }) => Promise<unknown>;
  /** Milliseconds from the end of one check to the start of the next. */
  readonly interval: number;
  /** Milliseconds after which a check has failed. */
  readonly timeout: number;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Returns 0 to 1. Spreads the checks of several instances. */
  readonly random: () => number;
  /** Says whether a rejection shows the service ill; all do where this is not given. One that does not leaves the state as it is. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /** Says that the next check is waited for, and is to come as soon as one that disagrees with the state does. */
  readonly isUrgent?: (() => boolean) | undefined;
  /** Called after each check, with the state that the service is in now and the one that it was in before. */
  readonly onResult: (result: HealthCheckResult, state: HealthState, before: HealthState) => void;
}

/** Failed checks in a row after which a service that was up is down: one lost packet is no outage. */
const DOWN_AFTER = 3;
/** Checks in a row that did not fail after which a service that was down is so no more: one good answer may be luck. */
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
 * The first check decides; from then on it takes three failures in a row to be down and two successes to be up again. An answer that
 * tells nothing is no failure, and no success: who was down is unknown after two of them, and who was up stays so.
 */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  #state: HealthState = 'unknown';
  #isFirst = true;
  /** Checks in a row that disagreed with the state. */
  #contrary = 0;
  readonly #stopped = new AbortController();
  #cancelNext: () => void = () => undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** What the service is taken for now. */
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
    const { interval, random, clock, isUrgent } = this.#options;
    const isHasty = this.#contrary > 0 || isUrgent?.() === true;
    const jittered = interval * (1 - JITTER + 2 * JITTER * random());
    this.#cancelNext = clock.schedule(
      () => {
        void this.start();
      },
      isHasty ? jittered / HASTE : jittered,
    );
  }

  /** Moves the state on by one result. */
  #count(seen: HealthState): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (this.#state === seen || (this.#state === 'up' && seen === 'unknown')) {
      this.#contrary = 0;
      return;
    }
    this.#contrary += 1;
    if (!isFirst && this.#contrary < (seen === 'down' ? DOWN_AFTER : UP_AFTER)) return;
    this.#state = seen;
    this.#contrary = 0;
  }

  async #checkOnce(): Promise<void> {
    const started = this.#options.clock.now();
    const outcome = await this.#outcome();
    if (this.#stopped.signal.aborted) return;
    const before = this.#state;
    this.#count(outcome.inconclusive === true ? 'unknown' : outcome.ok ? 'up' : 'down');
    const result = { ...outcome, at: Date.now(), ms: this.#options.clock.now() - started };
    this.#options.onResult(result, this.#state, before);
  }

  async #outcome(): Promise<Pick<HealthCheckResult, 'ok' | 'code' | 'inconclusive'>> {
    const { check, timeout, clock, isFailure } = this.#options;
    // One controller a check: listeners on the long-lived one would pile up.
    const controller = new AbortController();
    const onStop = (): void => {
      controller.abort();
    };
    this.#stopped.signal.addEventListener('abort', onStop, { once: true });
    try {
      const finding = await withTimeLimit((signal) => check({ signal }), {
        limit: timeout,
        signal: controller.signal,
        clock,
        expired: () => new HealthCheckTimeoutError('the check did not end in time'),
        aborted: () => new HealthCheckTimeoutError('the check was stopped'),
      });
      return finding === 'unknown' ? { ok: true, inconclusive: true } : { ok: true };
    } catch (thrown) {
      const { code } = failureOf(thrown);
      return isFailure?.(thrown) === false ? { ok: false, code, inconclusive: true } : { ok: false, code };
    } finally {
      this.#stopped.signal.removeEventListener('abort', onStop);
    }
  }
}
