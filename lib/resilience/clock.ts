/** Time as the guards see it. Tests hand in one of their own, so that none of them has to wait. */
export interface Clock {
  /** Milliseconds of a clock that never jumps or runs backwards. */
  now(): number;
  /** Calls back once after that many milliseconds; the return value cancels. A timer never keeps the process alive by itself. */
  schedule(callback: () => void, milliseconds: number): () => void;
}

/** Milliseconds that a timer may be late before the event loop counts as having been blocked. */
const BLOCKED = 50;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, milliseconds) {
    const due = performance.now() + milliseconds;
    let late: NodeJS.Immediate | undefined;
    const fire = (): void => {
      // After a blocked event loop timers come before the data that has been waiting all the while. That data goes first, so that
      // a service which answered in time is not blamed for our own pause.
      if (performance.now() - due > BLOCKED) late = setImmediate(callback);
      else callback();
    };
    // Node keeps a list of timers for each duration: fractions would make one list a timer.
    const timer = setTimeout(fire, Math.ceil(milliseconds));
    timer.unref();
    return () => {
      clearTimeout(timer);
      clearImmediate(late);
    };
  },
};
