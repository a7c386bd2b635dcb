import type { Clock } from './clock.js';

export interface BulkheadOptions {
  /** Calls under way at the same time. */
  readonly maxConcurrent: number;
  /** Calls that may wait for a place; the next one is refused at once. */
  readonly maxQueue: number;
  /** Milliseconds that a call may wait. */
  readonly maxWait: number;
  readonly clock: Clock;
}

/** A place for one call, which is given back once, however often that is said. */
export interface BulkheadPermit {
  /**
   * Gives the place back.
   *
   * @param coolDown milliseconds for which it stays taken, for services that go on working after their caller has left; a later
   * call without it ends that early
   */
  release(coolDown?: number): void;
}

/** Refuses a call for want of room. It says nothing about the health of the service. */
export class BulkheadRefusedError extends Error {
  override readonly name = 'BulkheadRefusedError';
  readonly code: 'bulkhead_full' | 'timeout.queue' | 'aborted';
  readonly fallbackHelps: boolean;

  constructor(code: 'bulkhead_full' | 'timeout.queue' | 'aborted') {
    super(MESSAGES[code]);
    this.code = code;
    this.fallbackHelps = code !== 'aborted';
  }
}

const MESSAGES = {
  bulkhead_full: 'there is no room, in the queue neither',
  'timeout.queue': 'no place became free in time',
  aborted: 'the caller left while it waited for a place',
};

interface Waiting {
  readonly admit: (permit: BulkheadPermit) => void;
}

/** Bounds the calls to one service, and those that wait for it, so that a slow one cannot take everything. First come, first served. */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  // A Set keeps the order of arrival and lets an entry leave from anywhere at once.
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
  }

  /** Places taken, those that cool down included. */
  get running(): number {
    return this.#taken;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  /** Takes a place if there is one at once. */
  tryAcquire(): BulkheadPermit | undefined {
    if (this.#taken >= this.#options.maxConcurrent) return undefined;
    this.#taken += 1;
    return this.#permit();
  }

  /**
   * Takes a place, waiting for one if need be.
   *
   * @throws {BulkheadRefusedError} when there is no room, the wait was too long or the signal aborted
   */
  acquire(signal: AbortSignal): Promise<BulkheadPermit> {
    const { maxQueue, maxWait, clock } = this.#options;
    if (signal.aborted) return Promise.reject(new BulkheadRefusedError('aborted'));
    const place = this.tryAcquire();
    if (place !== undefined) return Promise.resolve(place);
    if (this.#waiting.size >= maxQueue) return Promise.reject(new BulkheadRefusedError('bulkhead_full'));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(entry);
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(new BulkheadRefusedError('aborted'));
      };
      const cancelTimer = clock.schedule(() => {
        leave();
        reject(new BulkheadRefusedError('timeout.queue'));
      }, maxWait);
      const entry: Waiting = {
        admit: (permit) => {
          leave();
          resolve(permit);
        },
      };
      this.#waiting.add(entry);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #permit(): BulkheadPermit {
    let isHeld = true;
    let cancelCoolDown: (() => void) | undefined;
    const free = (): void => {
      isHeld = false;
      this.#free();
    };
    return {
      release: (coolDown = 0) => {
        if (!isHeld) return;
        if (coolDown <= 0) {
          cancelCoolDown?.();
          free();
        } else cancelCoolDown ??= this.#options.clock.schedule(free, coolDown);
      },
    };
  }

  /** Hands the place to the one who has waited longest, without it ever being free in between: nobody can jump the queue. */
  #free(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#taken -= 1;
    else next.admit(this.#permit());
  }
}
