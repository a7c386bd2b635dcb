/**
 * A guard around a task, such as a circuit breaker with a bulkhead. Guards nest: the task of one may be another's `execute`.
 *
 * Every policy makes its own abort controller, links it to the given signal and removes that link before it settles.
 */
export interface Policy {
  execute<Value>(
    task: (context: { readonly signal: AbortSignal }) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value>;
}

/** Makes a controller that aborts with the given signal until it is unlinked. */
export function linkedController(signal: AbortSignal): { readonly controller: AbortController; unlink(): void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    controller,
    unlink() {
      signal.removeEventListener('abort', abort);
    },
  };
}
