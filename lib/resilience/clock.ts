/** Time as the guards see it. Tests hand in one of their own, so that none of them has to wait. */
export interface Clock {
  /** Milliseconds of a clock that never jumps or runs backwards. */
  now(): number;
  /** Calls back once after that many milliseconds; the return value cancels. A timer never keeps the process alive by itself. */
  schedule(callback: () => void, milliseconds: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, milliseconds) {
    // Node keeps a list of timers for each duration: fractions would make one list a timer.
    const timer = setTimeout(callback, Math.ceil(milliseconds));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
