import { checkOptions, checkValue, CLOCK, MILLISECONDS, type Settings } from './check-options.js';
import { systemClock, type Clock } from './clock.js';
import { callLinked, type Policy } from './policy.js';
import { withTimeLimit } from './timeout.js';

/** What `timeout()` can be told. */
export interface TimeoutOptions {
  /** Time as it passes for this, the system’s by default; tests hand in one of their own. */
  readonly clock: Clock;
}

/** Says that a call took too long, or that its caller left before. */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError';
  /** That it took too long, or that the caller left. */
  readonly code: 'timeout.total' | 'aborted';
  /** Whether asking elsewhere may help: nobody wants that who has left. */
  readonly fallbackHelps: boolean;

  /** @param cause the reason of the signal by which the caller left */
  constructor(code: 'timeout.total' | 'aborted', cause?: unknown) {
    super(code === 'aborted' ? 'the caller left' : 'the call took too long', cause === undefined ? {} : { cause });
    this.code = code;
    this.fallbackHelps = code !== 'aborted';
  }
}

/**
 * Makes a policy that gives up a call after so many milliseconds, or when the caller leaves, whatever the call does: its signal aborts,
 * and the promise is settled at once.
 *
 * There is no default: how long an answer takes is known to nobody but whoever asks.
 *
 * @throws {TypeError} for what is no number of milliseconds
 */
export function timeout(limit: number, options: Settings<TimeoutOptions> = {}): Policy {
  checkValue('timeout()', limit, MILLISECONDS);
  const { clock = systemClock } = checkOptions<TimeoutOptions>('timeout()', options, { clock: CLOCK });
  return {
    execute: (task, signal) =>
      callLinked(signal, (outer) =>
        withTimeLimit((own) => task({ signal: own }), {
          limit,
          signal: outer,
          clock,
          expired: () => new CallTimeoutError('timeout.total'),
          aborted: () => new CallTimeoutError('aborted', outer.reason),
        }),
      ),
  };
}
