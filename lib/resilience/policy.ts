import { onAbort } from './abort-listener.js';

/** What a task is told. */
export interface CallContext {
  /** Aborts when the caller has left or a policy gives the call up. It tells nothing more once the policy's promise has settled. */
  readonly signal: AbortSignal;
}

/** Work at an outside service, made once or more often by a policy. */
export type Task<Value> = (context: CallContext) => Promise<Value>;

/**
 * A guard around a task, such as a circuit breaker or a time limit. Policies nest: `wrap()` makes one of several.
 *
 * Every policy makes its own abort controller, links it to the given signal and removes that link before it settles. So a signal may
 * live as long as the application, and answers that go on after their promise, such as streams, belong into `guard().acquire()`.
 */
export interface Policy {
  /**
   * Makes a call under this guard.
   *
   * @param signal aborts when the caller has left; without it the call is waited for to its end
   */
  execute<Value>(task: Task<Value>, signal?: AbortSignal): Promise<Value>;
}

/** The signal of a caller that never leaves. */
export function neverAborts(): AbortSignal {
  return new AbortController().signal;
}

/**
 * Refuses what is no signal, such as the `null` that `fetch()` takes for none. Asked before anything is taken that has to be given back.
 *
 * @throws {TypeError}
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = Object(signal) as { readonly [Key in keyof AbortSignal]?: unknown };
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw new TypeError('execute(): signal: expected an AbortSignal, or undefined');
}

/** Makes a controller that aborts with the given signal until it is unlinked. */
export function linkedController(signal: AbortSignal | undefined): {
  readonly controller: AbortController;
  readonly unlink: () => void;
} {
  checkSignal(signal);
  const controller = new AbortController();
  if (signal === undefined) return { controller, unlink: nothing };
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  if (!signal.aborted) return { controller, unlink: onAbort(signal, abort) };
  abort();
  return { controller, unlink: nothing };
}

/** Calls with a signal of its own, which aborts with the given one until the call has settled. */
export async function callLinked<Value>(
  signal: AbortSignal | undefined,
  call: (own: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { controller, unlink } = linkedController(signal);
  try {
    return await call(controller.signal);
  } finally {
    unlink();
  }
}

function nothing(): void {
  // There is no link.
}
