import type { Response } from 'express';
import type { Clock } from '../resilience/index.js';
import { adminProblem } from './reply.js';

/** Verifications and sentences at once, over all pages: each is a call to a server that may hang. */
const MOST_AT_ONCE = 2;
/** Milliseconds for one of them, sound included. */
const MOST_TIME = 60_000;

/** Lets a few calls to providers run at once, each for a while at most and for no longer than somebody waits for it. */
export class TrialLimiter {
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  #running = 0;

  constructor(clock: Clock, closed: AbortSignal) {
    this.#clock = clock;
    this.#closed = closed;
  }

  /** Runs a task whose signal aborts when the client leaves, the time is over, or the router closes. It is not waited for after that. */
  async run(response: Response, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) {
      response.setHeader('Retry-After', '5');
      throw adminProblem('busy', 'Other trials are running; wait until one of them has ended.');
    }
    if (this.#closed.aborted) throw adminProblem('closing', 'The speech router is closing.');
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort();
    };
    this.#running += 1;
    response.once('close', abort);
    this.#closed.addEventListener('abort', abort);
    const cancelTimer = this.#clock.schedule(abort, MOST_TIME);
    try {
      const running = task(controller.signal);
      running.catch(() => undefined);
      await Promise.race([running, aborted(controller.signal)]);
    } finally {
      this.#running -= 1;
      cancelTimer();
      response.off('close', abort);
      this.#closed.removeEventListener('abort', abort);
      // Whatever it still holds is to be let go of, and the promise that waits for this as well.
      abort();
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      reject(adminProblem('out_of_time', 'This took too long, and was given up.'));
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
