import { failureOf } from './failure.js';
import { callLinked, type Task } from './policy.js';
import { isRefusal } from './refusal.js';

/** How the end of a call is told to whoever let it through. */
export interface CallJudge {
  /** Ends with the first of these; later ones say nothing more, and give back what is still held. */
  readonly permit: { succeed(): void; fail(): unknown; release(): void };
  /** Says that the caller's time was up before there was an answer. */
  readonly late: () => void;
  /** Says that the caller has left before there was one. */
  readonly left: () => void;
  /** Says whether a rejection is the service's fault; all are where this is not given. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
}

/** What the reason of a signal has for a code where time was up: in `fallback()`, and in `timeout()`. */
const LATE: ReadonlySet<string> = new Set(['deadline', 'timeout.total']);

/**
 * Makes a call whose answer is whole when its promise resolves. A rejection counts as a failure of the service, unless it is none, or a
 * guard further inside has refused the call. Where the caller gives it up, that is judged at once, as a task that does not hear its
 * signal may never settle: time that is up is the service's slowness, as the signal's reason says inside `fallback()` and `timeout()`, or
 * as that of `AbortSignal.timeout()` does; who has left says nothing.
 */
export function callJudged<Value>(
  task: Task<Value>,
  signal: AbortSignal | undefined,
  { permit, late, left, isFailure = () => true }: CallJudge,
): Promise<Value> {
  return callLinked(signal, async (own) => {
    const giveUp = (): void => {
      if (isLate(own.reason)) late();
      else left();
    };
    if (own.aborted) giveUp();
    else own.addEventListener('abort', giveUp, { once: true });
    try {
      const value = await task({ signal: own });
      permit.succeed();
      return value;
    } catch (error) {
      if (!isRefusal(error) && isFailure(error)) permit.fail();
      throw error;
    } finally {
      // Nothing has been learnt where nothing has been said by now, be it that `isFailure` has thrown.
      permit.release();
    }
  });
}

function isLate(reason: unknown): boolean {
  return LATE.has(failureOf(reason).code) || (reason instanceof DOMException && reason.name === 'TimeoutError');
}
