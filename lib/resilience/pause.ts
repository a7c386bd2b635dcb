import type { Clock } from './clock.js';

/** Waits. Resolves with `over` after so many milliseconds, or with `aborted` as soon as the signal aborts. */
export function pause(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<'over' | 'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancelTimer();
      resolve('aborted');
    };
    const cancelTimer = clock.schedule(() => {
      signal.removeEventListener('abort', onAbort);
      resolve('over');
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
