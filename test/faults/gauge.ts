import { get } from 'node:http';

/** Milliseconds between two questions. */
const PAUSE = 25;

/** Asks a route again and again, and remembers what was wrong with its replies. */
export class Gauge {
  readonly #url: string;
  readonly #limit: number;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  readonly problems: string[] = [];
  replies = 0;

  /** @param limit milliseconds that a reply may take */
  constructor(url: string, limit: number) {
    this.#url = url;
    this.#limit = limit;
    this.#done = this.#run();
  }

  /** Resolves when the last reply has come. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const started = performance.now();
      const status = await statusOf(this.#url, this.#limit);
      const ms = performance.now() - started;
      this.replies += 1;
      if (status !== 200) this.problems.push(`the other route said ${status} after ${ms.toFixed(0)} ms`);
      else if (ms > this.#limit) this.problems.push(`the other route took ${ms.toFixed(0)} ms`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** Returns the status, or the code of the error in its place. */
function statusOf(url: string, limit: number): Promise<number | string> {
  return new Promise((resolve) => {
    // Twice the limit tells a slow reply from none.
    const call = get(url, { agent: false, timeout: 2 * limit }, (response) => {
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
