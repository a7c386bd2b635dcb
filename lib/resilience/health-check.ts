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

export interface HealthCheckOptions {
  /** Resolves when the service is well, rejects with a coded error when it is not. */
  readonly check: (context: { readonly signal: AbortSignal }) => Promise<void>;
  /** Milliseconds from the end of one check to the start of the next. */
  readonly interval: number;
  /** Milliseconds after which a check has failed. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly onResult: (result: HealthCheckResult) => void;
}

/** Says that a check did not end in time. */
class HealthCheckTimeoutError extends Error {
  readonly code = 'timeout.total';
}

/** Asks a service how it is: once at the start and then regularly, never twice at the same time. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  readonly #stopped = new AbortController();
  #cancelNext: () => void = () => undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
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
    this.#cancelNext = this.#options.clock.schedule(() => {
      void this.start();
    }, this.#options.interval);
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
    onResult(code === undefined ? { ok: true, at: Date.now(), ms } : { ok: false, code, at: Date.now(), ms });
  }
}
