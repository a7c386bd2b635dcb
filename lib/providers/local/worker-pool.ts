import type { JobInput } from '../../engines/worker/convert-stream-job.js';
import { reasonOf } from '../../engines/worker/load.js';
import type { JobMessage, WorkerTask } from '../../engines/worker/messages.js';
import { failureFrom } from '../../engines/worker/worker-failure.js';
import { SpeechError } from '../../speech/error.js';
import type { EngineThread } from './engine-thread.js';
import { PoolWorker, type WorkerJob } from './pool-worker.js';

/** Pieces that a job makes before its reader has to ask for more: one to play, one to be ready behind it. */
export const FIRST_CREDIT = 2;

/** Who waits for a job. After `ended` or `failed` nothing more is told. */
export interface JobListener {
  message(message: JobMessage): void;
  ended(): void;
  failed(error: SpeechError): void;
}

/** A job's handle. */
export interface PooledJob {
  /** Whether it has done nothing but wait for its turn, while others were served: the queue is long, and the engine is well. */
  readonly hasOnlyWaited: () => boolean;
  /**
   * Says that one more piece may be sent.
   *
   * @param input what it is to be made of, for a job that is fed; its memory goes over to the worker
   */
  grant(input?: JobInput): void;
  /** Says that one more piece may be made while nobody waits for one of another job: nobody waits for it either. */
  grantAhead(): void;
  /** Ends the job, waiting or running; its listener is told `aborted` at once. */
  cancel(): void;
}

/** Has jobs done. */
export interface JobPool {
  submit(task: WorkerTask, listener: JobListener): PooledJob;
}

interface Job extends WorkerJob {
  readonly listener: JobListener;
  /** Whose it is; may be undefined. */
  readonly owner: object | undefined;
  /** Pieces that its reader waits for, or will in a moment. */
  credit: number;
  /** Pieces that may be made when there is nothing else to do. */
  ahead: number;
  /** Whether a piece of it is being made. */
  hasTurn: boolean;
  /** Who has begun it, and alone can go on with it. */
  member: PoolWorker<Job> | undefined;
  isOver: boolean;
}

/**
 * Runs jobs on worker threads, piece by piece: a worker makes one piece at a time, and whoever has waited longest for a piece is
 * next. So a job that waits for its reader takes nothing from the others, however many pieces are still to come. What nobody waits for
 * as yet is made when nothing else is to be done.
 *
 * Workers are started when they are needed. One that crashes, stalls or does not stop when told to is ended, and only the jobs
 * that were begun on it fail.
 */
export class WorkerPool implements JobPool {
  readonly #size: number;
  readonly #start: () => EngineThread;
  readonly #members = new Set<PoolWorker<Job>>();
  /** Jobs that may have a piece made and wait for their turn, in the order of their turns. */
  readonly #waiting = new Set<Job>();
  /** Jobs that may run ahead of their readers, in the same order. */
  readonly #waitingAhead = new Set<Job>();
  readonly #pieceListeners = new Set<() => void>();
  readonly #lossListeners = new Set<(error: SpeechError) => void>();
  /** Workers that are gone, and whose threads have not ended yet. */
  #departing = 0;
  #jobs = 0;
  /** Pieces that all jobs have got. */
  #pieces = 0;
  #isClosed = false;
  #closed: Promise<void> | undefined;

  /** @param start makes a worker; called when there is work and none is free */
  constructor(size: number, start: () => EngineThread) {
    this.#size = size;
    this.#start = start;
  }

  /** Workers that are making something. One whose jobs all wait for their readers is not. */
  get running(): number {
    return [...this.#members].filter(({ isFree }) => !isFree).length;
  }

  get workers(): number {
    return this.#members.size;
  }

  /** Jobs that wait for their first turn, or were begun and have not ended. */
  get jobs(): number {
    return this.#allJobs().size;
  }

  /** @param owner by which its jobs can be cancelled together */
  submit(task: WorkerTask, listener: JobListener, owner?: object): PooledJob {
    this.#jobs += 1;
    const job: Job = {
      id: this.#jobs,
      task,
      listener,
      owner,
      inputs: [],
      ahead: 0,
      // Nothing can be made of a job that is fed before it is.
      credit: task.type === 'convert-stream' ? 0 : FIRST_CREDIT,
      hasTurn: false,
      member: undefined,
      isOver: false,
    };
    if (this.#isClosed) this.#fail(job, new SpeechError('aborted', 'the pool is closed'));
    else this.#await(job);
    this.#dispatch();
    const served = (): number => this.#pieces;
    const servedBefore = served();
    return {
      hasOnlyWaited: () => job.member === undefined && servedBefore < served(),
      grant: (input) => {
        if (input !== undefined) job.inputs.push(input);
        job.credit += 1;
        this.#await(job);
        this.#dispatch();
      },
      grantAhead: () => {
        job.ahead += 1;
        this.#await(job);
        this.#dispatch();
      },
      cancel: () => {
        this.#fail(job, new SpeechError('aborted', 'the job was cancelled'));
      },
    };
  }

  /** Calls the listener at each piece of sound that any job gets, until the returned function is called. */
  onPiece(listener: () => void): () => void {
    this.#pieceListeners.add(listener);
    return () => {
      this.#pieceListeners.delete(listener);
    };
  }

  /** Calls the listener when a worker is lost, with the reason, until the returned function is called. */
  onLoss(listener: (error: SpeechError) => void): () => void {
    this.#lossListeners.add(listener);
    return () => {
      this.#lossListeners.delete(listener);
    };
  }

  /** Cancels the jobs of one owner. */
  cancelAll(owner: object): void {
    for (const job of this.#allJobs()) {
      if (job.owner === owner) this.#fail(job, new SpeechError('aborted', 'the provider is closed'));
    }
  }

  /** Cancels all jobs and ends all workers. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    // Before anything ends: a worker that is lost from here on has no successor.
    this.#isClosed = true;
    const members = [...this.#members];
    for (const job of this.#allJobs()) this.#fail(job, new SpeechError('aborted', 'the pool is closed'));
    await Promise.all(members.map((member) => member.close()));
  }

  #allJobs(): Set<Job> {
    const begun = [...this.#members].flatMap((member) => [...member.jobs]);
    return new Set([...this.#waiting, ...this.#waitingAhead, ...begun]);
  }

  /** Queues a job for its next turn, if it may have one. */
  #await(job: Job): void {
    if (job.isOver || job.hasTurn) return;
    if (job.credit > 0) {
      this.#waitingAhead.delete(job);
      this.#waiting.add(job);
    } else if (job.ahead > 0) this.#waitingAhead.add(job);
  }

  #dispatch(): void {
    for (const queue of [this.#waiting, this.#waitingAhead]) {
      for (const job of queue) {
        const member = job.member ?? this.#freeMember(job);
        // One that was begun waits for its own worker, and others may pass it by on theirs.
        if (member?.isFree !== true) continue;
        queue.delete(job);
        job.member = member;
        job.hasTurn = true;
        member.giveTurn(job);
      }
    }
  }

  /** Finds the free worker with the fewest readers to wait for, or starts one. A job for which none can be started has failed. */
  #freeMember(job: Job): PoolWorker<Job> | undefined {
    const [first] = [...this.#members]
      .filter(({ isFree }) => isFree)
      .sort((one, other) => one.jobs.size - other.jobs.size);
    if (first !== undefined || !this.#hasRoomForMember) return first;
    try {
      return this.#addMember();
    } catch (cause) {
      this.#fail(job, this.#noteLoss(startFailure(cause)));
      return undefined;
    }
  }

  /** One more than there may be, while one is on its way out: it does nothing any more, and a second is not to be waited for. */
  get #hasRoomForMember(): boolean {
    return !this.#isClosed && this.#members.size < this.#size && this.#members.size + this.#departing <= this.#size;
  }

  #addMember(): PoolWorker<Job> {
    const member: PoolWorker<Job> = new PoolWorker<Job>(this.#start(), {
      heard: (job, message) => {
        this.#hear(job, message);
      },
      failed: (jobs, error) => {
        for (const job of jobs) this.#fail(job, error);
      },
      freed: () => {
        this.#dispatch();
      },
      lost: (error) => {
        this.#members.delete(member);
        this.#departing += 1;
        this.#noteLoss(error);
        this.#replace(member);
        this.#dispatch();
      },
      departed: () => {
        this.#departing -= 1;
        this.#dispatch();
      },
    });
    this.#members.add(member);
    return member;
  }

  #noteLoss(error: SpeechError): SpeechError {
    if (!this.#isClosed) for (const listener of this.#lossListeners) listener(error);
    return error;
  }

  /** Lets the successor of a lost worker load while nobody waits for it. One that never spoke would not do better the next time. */
  #replace(lost: PoolWorker<Job>): void {
    if (!lost.hasSpoken || !this.#hasRoomForMember) return;
    try {
      this.#addMember();
    } catch (cause) {
      this.#noteLoss(startFailure(cause));
    }
  }

  #hear(job: Job, message: JobMessage): void {
    if (message.type === 'failed') {
      this.#fail(job, failureFrom(message));
      return;
    }
    if (message.type === 'chunk') {
      if (job.credit > 0) job.credit -= 1;
      else job.ahead -= 1;
      this.#pieces += 1;
      for (const listener of this.#pieceListeners) listener();
    }
    try {
      if (message.type !== 'end') job.listener.message(message);
      if (message.type === 'head') return;
      job.hasTurn = false;
      if (message.type !== 'chunk' || message.isLast) this.#finish(job);
      else this.#await(job);
    } catch (cause) {
      // On the main thread nobody else would catch it, and the host would fall with it.
      this.#fail(job, new SpeechError('internal', 'the listener of a job threw', { cause }));
    }
  }

  #finish(job: Job): void {
    if (job.isOver) return;
    job.isOver = true;
    job.listener.ended();
  }

  #fail(job: Job, error: SpeechError): void {
    if (job.isOver) return;
    job.isOver = true;
    this.#waiting.delete(job);
    this.#waitingAhead.delete(job);
    job.member?.drop(job);
    try {
      job.listener.failed(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** Says why there is no thread: what Node throws has a code of its own, and means nothing to whoever waits for speech. */
function startFailure(cause: unknown): SpeechError {
  return new SpeechError('engine_failed', `the engine’s worker could not start: ${reasonOf(cause)}`, { cause });
}
