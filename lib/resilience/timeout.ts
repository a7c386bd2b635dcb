import type { Clock } from './clock.js';

/** A limit, and what stands for what it ends. */
export interface TimeLimitOptions<Value> {
  /** Milliseconds until the task is given up. */
  readonly limit: number;
  /** Ends the task early, with the error that `aborted` makes. */
  readonly signal: AbortSignal;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Makes the error that stands for the elapsed limit. */
  readonly expired: () => Error;
  /** Makes the error that stands for the outer signal's abort. */
  readonly aborted: () => Error;
  /** Releases a value that came too late to be used. */
  readonly discard?: ((value: Value) => void) | undefined;
}

/**
 * Runs a task that must end in time, and does not trust it to: when the limit has passed or the outer signal aborts, the
 * task's own signal aborts and the result is settled at once, whatever the task does.
 *
 * The task's signal stays linked to the outer one after success, because a value (a stream, say) may live on: the outer one is to end
 * as well, such as a request's. For others there is the policy `timeout()`.
 */
export function withTimeLimit<Value>(
  task: (signal: AbortSignal) => Promise<Value>,
  options: TimeLimitOptions<Value>,
): Promise<Value> {
  const { limit, signal, clock, discard } = options;
  if (signal.aborted) return Promise.reject(options.aborted());
  const controller = new AbortController();
  return new Promise<Value>((resolve, reject) => {
    // Let go of when it is settled: the listener that stays would hold the value by it, for as long as the outer signal lives.
    let open: { readonly resolve: (value: Value) => void; readonly reject: (error: Error) => void } | undefined = {
      resolve,
      reject,
    };
    const giveUp = (error: Error): void => {
      fail(error);
      controller.abort(error);
    };
    const fail = (error: Error): void => {
      const settled = open;
      if (settled === undefined) return;
      open = undefined;
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      settled.reject(error);
    };
    const onAbort = (): void => {
      giveUp(options.aborted());
    };
    const cancelTimer = clock.schedule(() => {
      giveUp(options.expired());
    }, limit);
    signal.addEventListener('abort', onAbort, { once: true });

    start(task, controller.signal).then(
      (value) => {
        const settled = open;
        if (settled === undefined) {
          discard?.(value);
          return;
        }
        open = undefined;
        cancelTimer();
        settled.resolve(value);
      },
      (error: unknown) => {
        fail(error instanceof Error ? error : new Error('rejected with something that is no error', { cause: error }));
      },
    );
  });
}

/** Calls the task so that even a synchronous throw becomes a rejection, and a value that is no promise becomes one. */
function start<Value>(task: (signal: AbortSignal) => Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return Promise.resolve(task(signal));
  } catch (error) {
    return Promise.reject(
      error instanceof Error ? error : new Error('threw something that is no error', { cause: error }),
    );
  }
}
