import { get } from 'node:http';
import { PATIENCE } from '../support/patience.js';
import { stopwatch } from '../support/stopwatch.js';

/** Milliseconds between two questions. */
const PAUSE = 25;

/** Asks a route again and again, and remembers what was wrong with its replies. */
export class Gauge {
  readonly #url: string;
  readonly #limit: number;
  readonly #pid: number | undefined;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  readonly problems: string[] = [];
  replies = 0;

  /**
   * @param limit milliseconds that a reply may take
   * @param pid the process that replies, where it is not this one
   */
  constructor(url: string, limit: number, pid?: number) {
    this.#url = url;
    this.#limit = limit;
    this.#pid = pid;
    this.#done = this.#run();
  }

  /** Resolves when the last reply has come. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const elapsed = stopwatch(this.#pid);
      const status = await statusOf(this.#url);
      const ms = elapsed();
      this.replies += 1;
      if (status !== 200) this.problems.push(`the other route said ${status} after ${ms.toFixed(0)} ms`);
      else if (ms > this.#limit) this.problems.push(`the other route took ${ms.toFixed(0)} ms`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** Returns the status, or the code of the error in its place. */
function statusOf(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: PATIENCE }, (response) => {
      response.resume().once('close', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    call.on('timeout', () => call.destroy(new Error('nothing')));
    call.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}
