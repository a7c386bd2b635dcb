import { onAbort } from './abort-listener.js';
import type { Clock } from './clock.js';

/** Waits. Resolves with `over` after so many milliseconds, or with `aborted` as soon as the signal aborts. */
export function pause(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<'over' | 'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const cancelTimer = clock.schedule(() => {
      cancelListener();
      resolve('over');
    }, milliseconds);
    const cancelListener = onAbort(signal, () => {
      cancelTimer();
      resolve('aborted');
    });
  });
}
