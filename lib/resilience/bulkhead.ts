import type { Clock } from './clock.js';
import { PaceOfPlaces } from './pace-of-places.js';
import { callLinked, checkSignal, neverAborts, type Policy, type Task } from './policy.js';
import { WaitingLine } from './waiting-line.js';

/** Milliseconds for which a call that was given up keeps its place, unless it settles: one that does not hear its signal may never. */
export const ABANDONED_AFTER = 10_000;

/** What a bulkhead is held to. */
export interface BulkheadOptions {
  /** Calls under way at the same time. */
  readonly maxConcurrent: number;
  /** Calls that may wait for a place; the next one is refused at once. */
  readonly maxQueue: number;
  /** Milliseconds that a call may wait, where it does not say itself. */
  readonly maxWait: number;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Says how many of `maxConcurrent` are to be used now; all of them where it is not given. */
  readonly limit?: (() => number) | undefined;
  /** Says how many of `maxConcurrent` are held back for caution alone: so many more may wait, who would be let in if more were known. */
  readonly untried?: (() => number) | undefined;
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
  /** That no place is free and nobody more may wait, that the wait took too long, or that the caller left. */
  readonly code: 'bulkhead_full' | 'timeout.queue' | 'aborted';
  /** Whether asking elsewhere may help: nobody wants that who has left. */
  readonly fallbackHelps: boolean;

  constructor(code: 'bulkhead_full' | 'timeout.queue' | 'aborted') {
    super(MESSAGES[code]);
    this.code = code;
    this.fallbackHelps = code !== 'aborted';
  }
}

const MESSAGES = {
  bulkhead_full: 'there is no room, in the queue neither',
  'timeout.queue': 'no place became free in time, or would have',
  aborted: 'the caller left while it waited for a place',
};

const tooLate = (): Error => new BulkheadRefusedError('timeout.queue');
const hasLeft = (): Error => new BulkheadRefusedError('aborted');

/**
 * Bounds the calls to one service, and those that wait for it, so that a slow one cannot take everything. First come, first served.
 *
 * Nobody waits in vain: from the pace at which places have become free lately it is known who would not get one in time, and those go
 * on at once.
 */
export class Bulkhead implements Policy {
  readonly #options: BulkheadOptions;
  readonly #line: WaitingLine<BulkheadPermit>;
  readonly #pace: PaceOfPlaces;
  #taken = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
    this.#line = new WaitingLine(options.clock);
    this.#pace = new PaceOfPlaces(options.clock);
  }

  /** Places taken, those that cool down included. */
  get running(): number {
    return this.#taken;
  }

  /** Calls that wait for a place. */
  get queued(): number {
    return this.#line.length;
  }

  /** Calls that are let through at the same time now. */
  get limit(): number {
    const { maxConcurrent, limit } = this.#options;
    return limit === undefined ? maxConcurrent : Math.min(maxConcurrent, limit());
  }

  /** Takes a place if there is one at once. */
  tryAcquire(): BulkheadPermit | undefined {
    if (this.#taken >= this.limit) return undefined;
    return this.#take();
  }

  /**
   * Takes a place, waiting for one if need be.
   *
   * @param maxWait milliseconds that the caller can wait for
   * @throws {BulkheadRefusedError} when there is no room, the wait was too long, or would be, or the signal aborted
   */
  acquire(signal: AbortSignal, maxWait = this.#options.maxWait): Promise<BulkheadPermit> {
    if (signal.aborted) return Promise.reject(hasLeft());
    const place = this.tryAcquire();
    if (place !== undefined) return Promise.resolve(place);
    const { maxQueue, untried } = this.#options;
    if (this.queued >= maxQueue + (untried?.() ?? 0)) return Promise.reject(new BulkheadRefusedError('bulkhead_full'));
    if (this.#pace.isInVain(this.queued, maxWait)) return Promise.reject(tooLate());
    return this.#line.wait({ limit: maxWait, signal, expired: tooLate, aborted: hasLeft });
  }

  /**
   * Makes a call in a place, which is free when its promise has settled.
   *
   * @throws {BulkheadRefusedError} when there is no room, the wait was too long, or would be, or the signal aborted
   */
  async execute<Value>(task: Task<Value>, signal = neverAborts()): Promise<Value> {
    checkSignal(signal);
    const place = await this.acquire(signal);
    try {
      return await callLinked(signal, (own) => {
        own.addEventListener('abort', () => {
          place.release(ABANDONED_AFTER);
        });
        return task({ signal: own });
      });
    } finally {
      place.release();
    }
  }

  /** Lets in whoever there is room for: the limit has risen. */
  admitWaiting(): void {
    while (this.queued > 0 && this.#taken < this.limit) this.#line.admitFirst(this.#take());
    if (this.#taken < this.limit) this.#pace.hasRoom();
  }

  /** Sends away everybody who waits. */
  dismissWaiting(error: () => Error): void {
    this.#line.dismissAll(error);
  }

  #take(): BulkheadPermit {
    this.#taken += 1;
    if (this.#taken >= this.limit) this.#pace.filled();
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

  /** Hands the place to the one who has waited longest, before anybody else can ask for it: nobody jumps the queue. */
  #free(): void {
    this.#pace.freed(this.limit);
    this.#taken -= 1;
    this.admitWaiting();
    if (this.#taken < this.limit) return;
    this.#pace.filled();
    this.#line.dismissThose((before, left) => this.#pace.isInVain(before, left), tooLate);
  }
}
