import { SpeechError, type SpeechErrorCode } from '../../speech/error.js';

/** What the timer has to know of a body that is on its way. */
export interface BodyProgress {
  /** Counts what has come. */
  readonly bytes: () => number;
  /** Says whether there is something left for the reader to take: a slow reader is no fault of the server's. */
  readonly isReaderSlow: () => boolean;
}

interface Body {
  readonly idle: number;
  readonly progress: BodyProgress;
  seen: number;
  restedSince: number;
}

/** Milliseconds that a timer may be late before the event loop counts as having been blocked. */
const BLOCKED = 50;

/**
 * Gives each phase of a call its own limit.
 *
 * A phase that begins only moves the deadline; the one timer looks where it stands when it fires, so that a call which goes well
 * costs a single timer. got has timers for the phases too, but none of them ends a call that was switched to another protocol or
 * that waits in the agent's queue, and together they cost more than the rest of a call.
 */
export class PhaseTimer {
  readonly #expire: (error: SpeechError) => void;
  readonly #end: number;
  #deadline = 0;
  #code: SpeechErrorCode = 'timeout.total';
  #body: Body | undefined;
  #timer: NodeJS.Timeout | undefined;
  #late: NodeJS.Immediate | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** @param total milliseconds for the whole call */
  constructor(total: number, expire: (error: SpeechError) => void) {
    this.#end = performance.now() + total;
    this.#expire = expire;
  }

  /** Begins a phase of so many milliseconds in place of the last one. It never gets more than is left of the whole call. */
  enter(limit: number, code: SpeechErrorCode): void {
    const deadline = performance.now() + limit;
    const isLast = this.#end < deadline;
    this.#deadline = isLast ? this.#end : deadline;
    this.#code = isLast ? 'timeout.total' : code;
    this.#armFor(this.#deadline);
  }

  /** Begins the body: it may rest for `idle` milliseconds and the call may take its total, but only while the reader wants more. */
  enterBody(idle: number, progress: BodyProgress): void {
    const now = performance.now();
    this.#body = { idle, progress, seen: progress.bytes(), restedSince: now };
    this.#armFor(nextLook(this.#body, now));
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#late);
    this.#timer = undefined;
  }

  #armFor(time: number): void {
    // A timer that fires earlier looks and goes on.
    if (this.#timer !== undefined && this.#firesAt <= time) return;
    clearTimeout(this.#timer);
    this.#firesAt = time;
    // Node keeps a list of timers for each duration: fractions would make one list a timer.
    this.#timer = setTimeout(this.#fire, Math.max(1, Math.ceil(time - performance.now())));
  }

  readonly #fire = (): void => {
    // After a blocked event loop timers come before the data that has been waiting all the while; that data goes first.
    if (performance.now() - this.#firesAt > BLOCKED) this.#late = setImmediate(this.#look);
    else this.#look();
  };

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    if (this.#body !== undefined) this.#lookAtBody(this.#body, now);
    else if (now >= this.#deadline) this.#expire(new SpeechError(this.#code, 'the server took too long'));
    else this.#armFor(this.#deadline);
  };

  #lookAtBody(body: Body, now: number): void {
    const current = body.progress.bytes();
    const isReaderSlow = body.progress.isReaderSlow();
    if (current !== body.seen || isReaderSlow) {
      body.seen = current;
      body.restedSince = now;
    } else if (now - body.restedSince >= body.idle) {
      this.#expire(new SpeechError('timeout.idle', 'the server stopped in the middle of the sound'));
      return;
    }
    if (now >= this.#end && !isReaderSlow)
      this.#expire(new SpeechError('timeout.total', 'the whole call took too long'));
    else this.#armFor(nextLook(body, now));
  }
}

/** Looks four times in the longest rest that is allowed, so that one that is too long is seen at most a quarter late. */
function nextLook({ idle }: Body, now: number): number {
  return now + idle / 4;
}
