import { SpeechError, type SpeechErrorCode } from '../../speech/error.js';

/**
 * Gives each phase of a call its own limit, with one timer armed at a time.
 *
 * got has such timers too, but none of them ends a call that was switched to another protocol or that waits in the agent's queue,
 * and together they cost more than the rest of a call.
 */
export class PhaseTimer {
  readonly #expire: (error: SpeechError) => void;
  readonly #started = performance.now();
  readonly #total: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(total: number, expire: (error: SpeechError) => void) {
    this.#total = total;
    this.#expire = expire;
  }

  /** Begins a phase in place of the last one. It never gets more than is left of the whole call. */
  enter(limit: number, code: SpeechErrorCode): void {
    const left = this.#started + this.#total - performance.now();
    const isLast = left < limit;
    this.#arm(Math.max(0, isLast ? left : limit), () => {
      this.#expire(new SpeechError(isLast ? 'timeout.total' : code, 'the server took too long'));
    });
  }

  /**
   * Begins the body: it may rest for `limit` milliseconds, and the call may take its total, but only while the reader wants more.
   * A slow reader is no fault of the server's.
   *
   * @param bytesSeen counts what has come
   * @param isReaderSlow says whether there is something left for the reader to take
   */
  enterBody(limit: number, bytesSeen: () => number, isReaderSlow: () => boolean): void {
    let seen = bytesSeen();
    let restedSince = performance.now();
    const check = (): void => {
      const now = performance.now();
      const current = bytesSeen();
      if (current !== seen || isReaderSlow()) {
        seen = current;
        restedSince = now;
      } else if (now - restedSince >= limit) {
        this.#expire(new SpeechError('timeout.idle', 'the server stopped in the middle of the sound'));
        return;
      }
      if (now - this.#started >= this.#total && !isReaderSlow()) {
        this.#expire(new SpeechError('timeout.total', 'the whole call took too long'));
        return;
      }
      arm();
    };
    // A quarter of the limit: the rest is seen at most that much too late, and a flowing body costs no timer per piece.
    const arm = (): void => {
      this.#arm(Math.max(1, Math.min(limit / 4, this.#total)), check);
    };
    arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(milliseconds: number, callback: () => void): void {
    clearTimeout(this.#timer);
    // Node keeps a list of timers for each duration: fractions would make one list a timer.
    this.#timer = setTimeout(callback, Math.ceil(milliseconds));
  }
}
