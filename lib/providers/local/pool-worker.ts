import type { JobInput } from '../../engines/worker/convert-stream-job.js';
import type { FromWorker, JobMessage, ToWorker, WorkerTask } from '../../engines/worker/messages.js';
import { failureFrom } from '../../engines/worker/worker-failure.js';
import { SpeechError } from '../../speech/error.js';
import type { EngineThread } from './engine-thread.js';

/** Milliseconds that a job has to stop by itself between two segments, once nobody wants it, before its worker is ended. */
const CANCEL_GRACE = 25;
/** Milliseconds that it has for that where it was still loading: to load another costs more, and a busy machine lets it wait for its core. */
const LOADED_GRACE = 1_000;
/** Milliseconds that a worker may take for one piece: a long sentence takes a second on a slow machine, and a large model some to load. */
const STALL_LIMIT = 20_000;

/** What a worker has to know of a job. */
export interface WorkerJob {
  readonly id: number;
  readonly task: WorkerTask;
  /** What it is fed with, one for each turn; nothing for a job that needs no more than its task. */
  readonly inputs: JobInput[];
}

/** Who is told what happens on a worker. A job that was dropped is not heard of again. */
export interface WorkerOwner<Job> {
  heard(job: Job, message: JobMessage): void;
  /** The jobs cannot go on: they stalled, or their worker came to an end. */
  failed(jobs: readonly Job[], error: SpeechError): void;
  /** The worker can take a turn again. */
  freed(): void;
  /** The worker does nothing any more, and its jobs have failed. */
  lost(error: SpeechError): void;
  /** Its thread has ended as well. */
  departed(): void;
}

/**
 * One worker thread with its jobs: the one that has its turn, which is to make one piece, and those that were begun and wait for
 * their readers. The latter do not occupy it.
 */
export class PoolWorker<Job extends WorkerJob> {
  readonly #thread: EngineThread;
  readonly #owner: WorkerOwner<Job>;
  readonly #jobs = new Set<Job>();
  /** Whose turn it is. No longer among the jobs when it was dropped in the middle. */
  #turn: Job | undefined;
  /** When the turn has taken too long, whatever it does. */
  #turnEnds = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Whether it was loading when it was last waited for. */
  #wasLoading = false;
  #isGone = false;
  #hasSpoken = false;

  constructor(thread: EngineThread, owner: WorkerOwner<Job>) {
    this.#thread = thread;
    this.#owner = owner;
    thread.belongTo({
      heard: (message) => {
        this.#hear(message);
      },
      lost: (error) => {
        this.#lose(error);
        this.#owner.departed();
      },
    });
  }

  get isFree(): boolean {
    return this.#turn === undefined && !this.#isGone;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether it has made sound, so that one like it could be expected to. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** Jobs that were begun here and have not ended. */
  get jobs(): ReadonlySet<Job> {
    return this.#jobs;
  }

  /** Has a job make one piece, or begin. Only while free. */
  giveTurn(job: Job): void {
    const { id, task } = job;
    const input = job.inputs.shift();
    const message: ToWorker = {
      ...(this.#jobs.has(job) ? ({ type: 'go' } as const) : task),
      id,
      ...(input !== undefined && { input }),
    };
    this.#jobs.add(job);
    this.#turn = job;
    this.#wasLoading = false;
    this.#turnEnds = performance.now() + STALL_LIMIT;
    this.#thread.setBusy(true);
    this.#thread.send(message, input === undefined ? [] : [input.bytes.buffer as ArrayBuffer]);
    this.#allow(STALL_LIMIT);
  }

  /**
   * Gives up a job. In the middle of its turn the worker has a moment to stop by itself, and is ended if it does not; unless others
   * wait on it, for whom it is worth waiting for the end of the segment, or it is loading, which the next job would only have to wait
   * for again.
   */
  drop(job: Job): void {
    if (!this.#jobs.delete(job)) return;
    this.#thread.send({ type: 'cancel', id: job.id });
    this.#hurry();
  }

  /** Ends the worker, whatever it does. */
  async close(): Promise<void> {
    for (const job of this.#jobs) this.drop(job);
    await this.#end(new SpeechError('aborted', 'the pool is closed'));
  }

  #hear(message: FromWorker): void {
    if (message.type === 'unusable') {
      void this.#end(failureFrom(message));
      return;
    }
    const job = this.#turn;
    if (message.type === 'loaded' || job?.id !== message.id) return;
    if (message.type === 'chunk') this.#hasSpoken = true;
    const isWanted = this.#jobs.has(job);
    const isTurnOver = message.type !== 'head';
    if (isTurnOver) this.#endTurn(job, message.type !== 'chunk' || message.isLast);
    if (isWanted) this.#owner.heard(job, message);
    if (isTurnOver) this.#owner.freed();
  }

  #endTurn(job: Job, isJobOver: boolean): void {
    clearTimeout(this.#timer);
    this.#turn = undefined;
    if (isJobOver) this.#jobs.delete(job);
    this.#thread.setBusy(false);
  }

  /** Has a worker end soon that works for nobody. */
  #hurry(): void {
    if (this.#turn !== undefined && this.#jobs.size === 0) this.#allow(CANCEL_GRACE);
  }

  #allow(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#expire();
    }, milliseconds);
  }

  #expire(): void {
    const job = this.#turn;
    const stalled = new SpeechError('engine_failed', 'the engine took too long over a piece');
    if (job !== undefined && this.#jobs.delete(job)) {
      // What the engine has started outside, such as a program, only the worker itself can end in good order.
      this.#thread.send({ type: 'cancel', id: job.id });
      this.#owner.failed([job], stalled);
      this.#allow(CANCEL_GRACE);
    } else if (this.#thread.isLoading && performance.now() < this.#turnEnds) {
      this.#wasLoading = true;
      this.#allow(CANCEL_GRACE);
    } else if (this.#wasLoading) {
      this.#wasLoading = false;
      this.#allow(LOADED_GRACE);
    } else void this.#end(stalled);
  }

  async #end(error: SpeechError): Promise<void> {
    this.#lose(error);
    await this.#thread.end();
    this.#owner.departed();
  }

  #lose(error: SpeechError): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    const jobs = [...this.#jobs];
    this.#jobs.clear();
    this.#turn = undefined;
    this.#owner.failed(jobs, error);
    this.#owner.lost(error);
  }
}
