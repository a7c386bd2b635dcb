import type { WorkerTask } from '../../engines/worker/messages.js';
import { SpeechError } from '../../speech/error.js';
import type { JobListener, JobPool, PooledJob, WorkerPool } from './worker-pool.js';

/** One owner's part in a pool of workers: its jobs end with it, and nobody else's do. */
export class PoolShare implements JobPool {
  readonly #pool: WorkerPool;
  readonly #release: () => Promise<void>;
  readonly #stopListening = new Set<() => void>();
  #isClosed = false;

  /** @param release gives the part back; resolves when, with the last one, the pool has closed */
  constructor(pool: WorkerPool, release: () => Promise<void>) {
    this.#pool = pool;
    this.#release = release;
  }

  submit(task: WorkerTask, listener: JobListener): PooledJob {
    if (!this.#isClosed) return this.#pool.submit(task, listener, this);
    listener.failed(new SpeechError('aborted', 'the provider is closed'));
    return OVER;
  }

  /** Calls the listener at each piece of sound that any job gets, until the returned function is called. */
  onPiece(listener: () => void): () => void {
    return this.#until(this.#pool.onPiece(listener));
  }

  /** Calls the listener when a worker is lost, with the reason, until the returned function is called. */
  onLoss(listener: (error: SpeechError) => void): () => void {
    return this.#until(this.#pool.onLoss(listener));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pool.cancelAll(this);
    for (const stop of this.#stopListening) stop();
    await this.#release();
  }

  /** Ends what listens with the part at the latest. */
  #until(stop: () => void): () => void {
    this.#stopListening.add(stop);
    return () => {
      this.#stopListening.delete(stop);
      stop();
    };
  }
}

/** The handle of a job that never was. */
const OVER: PooledJob = {
  hasOnlyWaited: () => false,
  grant: () => undefined,
  grantAhead: () => undefined,
  cancel: () => undefined,
};
