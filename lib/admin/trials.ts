import type { Response } from 'express';
import { BulkheadRefusedError, bulkhead, CallTimeoutError, timeout, wrap } from '../resilience/index.js';
import type { Clock, Policy } from '../resilience/index.js';
import { linkedController } from '../resilience/policy.js';
import { adminProblem } from './reply.js';

/** Verifications and sentences at once, over all pages: each is a call to a server that may hang. */
const MOST_AT_ONCE = 2;
/** Milliseconds for one of them, sound included. */
const MOST_TIME = 60_000;

/** Lets a few calls to providers run at once, each for a while at most and for no longer than somebody waits for it. */
export class TrialLimiter {
  readonly #closed: AbortSignal;
  readonly #policy: Policy;

  constructor(clock: Clock, closed: AbortSignal) {
    this.#closed = closed;
    this.#policy = wrap(bulkhead({ maxConcurrent: MOST_AT_ONCE, maxQueue: 0, clock }), timeout(MOST_TIME, { clock }));
  }

  /** Runs a task whose signal aborts when the client leaves, the time is over, or the router closes. It is not waited for after that. */
  async run(response: Response, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { controller, unlink } = linkedController(this.#closed);
    const leave = (): void => {
      controller.abort();
    };
    response.once('close', leave);
    try {
      await this.#policy.execute(({ signal }) => runAndLetGo(task, signal), controller.signal);
    } catch (error) {
      if (error instanceof CallTimeoutError) throw adminProblem('out_of_time', 'This took too long, and was given up.');
      if (!(error instanceof BulkheadRefusedError)) throw error;
      if (error.code === 'aborted') throw adminProblem('closing', 'The speech router is closing.');
      response.setHeader('Retry-After', '5');
      throw adminProblem('busy', 'Other trials are running; wait until one of them has ended.');
    } finally {
      response.off('close', leave);
      unlink();
    }
  }
}

/** Aborts the task's signal when it has ended as well: whatever it still holds is to be let go of. */
async function runAndLetGo(task: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const { controller, unlink } = linkedController(signal);
  try {
    await task(controller.signal);
  } finally {
    unlink();
    controller.abort();
  }
}
