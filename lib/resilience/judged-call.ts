import { failureOf } from './failure.js';
import { callLinked, type Task } from './policy.js';
import { isRefusal } from './refusal.js';

/** How the end of a call is told to whoever let it through. */
export interface CallJudge {
  /** Ends with the first of these; later ones do nothing. */
  readonly permit: { succeed(): void; fail(): unknown; release(): void };
  /** Says that the caller's time was up before there was an answer. */
  readonly late: () => void;
  /** Says whether a rejection is the service's fault; all are where this is not given. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
}

/**
 * Makes a call whose answer is whole when its promise resolves. A rejection counts as a failure of the service, unless it is none, a
 * guard further inside has refused the call, or the caller has left. A deadline that is up is the service's slowness: the signal's
 * reason says so then, by the code `deadline`, as inside `fallback()`, or as `AbortSignal.timeout()` does.
 */
export function callJudged<Value>(
  task: Task<Value>,
  signal: AbortSignal | undefined,
  { permit, late, isFailure = () => true }: CallJudge,
): Promise<Value> {
  return callLinked(signal, async (own) => {
    try {
      const value = await task({ signal: own });
      permit.succeed();
      return value;
    } catch (error) {
      if (signal?.aborted === true) {
        if (isDeadline(signal.reason)) late();
      } else if (!isRefusal(error) && isFailure(error)) permit.fail();
      throw error;
    } finally {
      // Nothing has been learnt where nothing has been said by now, be it that `isFailure` has thrown.
      permit.release();
    }
  });
}

function isDeadline(reason: unknown): boolean {
  return failureOf(reason).code === 'deadline' || (reason instanceof DOMException && reason.name === 'TimeoutError');
}
