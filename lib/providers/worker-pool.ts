import type { Worker } from 'node:worker_threads';
import type { JobInput } from '../engines/convert-stream-job.js';
import type { JobMessage, WorkerTask } from '../engines/messages.js';
import { SpeechError } from '../speech/error.js';
import { PoolMember, type MemberJob } from './pool-member.js';

/** Pieces that a job may be ahead of its reader: one to play, one to be ready behind it. */
const FIRST_CREDIT = 2;

/** Who waits for a job. After `ended` or `failed` nothing more is told. */
export interface JobListener {
  message(message: JobMessage): void;
  ended(): void;
  failed(error: SpeechError): void;
}

/** A job's handle. */
export interface PooledJob {
  /** Whether it has done nothing but wait for its turn, while others were served: the queue is long, and the engine is well. */
  readonly hasOnlyWaited: boolean;
  /**
   * Says that one more piece may be sent.
   *
   * @param input what it is to be made of, for a job that is fed; its memory goes over to the worker
   */
  grant(input?: JobInput): void;
  /** Ends the job, waiting or running; its listener is told `aborted` at once. */
  cancel(): void;
}

interface Job extends MemberJob {
  readonly listener: JobListener;
  credit: number;
  /** Whether a piece of it is being made. */
  hasTurn: boolean;
  /** Who has begun it, and alone can go on with it. */
  member: PoolMember<Job> | undefined;
  isOver: boolean;
}

/**
 * Runs jobs on worker threads, piece by piece: a worker makes one piece at a time, and whoever has waited longest for a piece is
 * next. So a job that waits for its reader takes nothing from the others, however many pieces are still to come.
 *
 * Workers are started when they are needed. One that crashes, stalls or does not stop when told to is ended, and only the jobs
 * that were begun on it fail.
 */
export class WorkerPool {
  readonly #size: number;
  readonly #start: () => Worker;
  readonly #members = new Set<PoolMember<Job>>();
  /** Jobs that may have a piece made and wait for their turn, in the order of their turns. */
  readonly #waiting = new Set<Job>();
  readonly #pieceListeners = new Set<() => void>();
  #jobs = 0;
  /** Pieces that all jobs have got. */
  #pieces = 0;
  #isClosed = false;
  #closed: Promise<void> | undefined;

  /** @param start makes a worker; called when there is work and none is free */
  constructor(size: number, start: () => Worker) {
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
    return new Set([...this.#waiting, ...[...this.#members].flatMap((member) => [...member.jobs])]).size;
  }

  submit(task: WorkerTask, listener: JobListener): PooledJob {
    this.#jobs += 1;
    const job: Job = {
      id: this.#jobs,
      task,
      listener,
      inputs: [],
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
      get hasOnlyWaited() {
        return job.member === undefined && servedBefore < served();
      },
      grant: (input) => {
        if (input !== undefined) job.inputs.push(input);
        job.credit += 1;
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

  /** Cancels all jobs and ends all workers. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    // Before anything ends: a worker that is lost from here on has no successor.
    this.#isClosed = true;
    const members = [...this.#members];
    const jobs = [...this.#waiting, ...members.flatMap((member) => [...member.jobs])];
    for (const job of jobs) this.#fail(job, new SpeechError('aborted', 'the pool is closed'));
    await Promise.all(members.map((member) => member.close()));
  }

  /** Queues a job for its next turn, if it may have one. */
  #await(job: Job): void {
    if (!job.isOver && !job.hasTurn && job.credit > 0) this.#waiting.add(job);
  }

  #dispatch(): void {
    for (const job of this.#waiting) {
      const member = job.member ?? this.#freeMember();
      // One that was begun waits for its own worker, and others may pass it by on theirs.
      if (member?.isFree !== true) continue;
      this.#waiting.delete(job);
      job.member = member;
      job.hasTurn = true;
      member.giveTurn(job);
    }
  }

  /** Finds the free worker with the fewest readers to wait for, or starts one. */
  #freeMember(): PoolMember<Job> | undefined {
    const [first] = [...this.#members]
      .filter(({ isFree }) => isFree)
      .sort((one, other) => one.jobs.size - other.jobs.size);
    return first ?? (this.#members.size < this.#size && !this.#isClosed ? this.#addMember() : undefined);
  }

  #addMember(): PoolMember<Job> {
    const member: PoolMember<Job> = new PoolMember<Job>(this.#start(), {
      heard: (job, message) => {
        this.#hear(job, message);
      },
      failed: (jobs, error) => {
        for (const job of jobs) this.#fail(job, error);
      },
      freed: () => {
        if (member.isGone && this.#members.delete(member)) this.#replace(member);
        this.#dispatch();
      },
    });
    this.#members.add(member);
    return member;
  }

  /** Lets the successor of a lost worker load while nobody waits for it. One that never spoke would not do better the next time. */
  #replace(lost: PoolMember<Job>): void {
    if (lost.hasSpoken && !this.#isClosed) this.#addMember();
  }

  #hear(job: Job, message: JobMessage): void {
    if (message.type === 'failed') {
      const { code, blamesProvider } = message;
      this.#fail(job, new SpeechError(code, message.message, { blamesProvider }));
      return;
    }
    if (message.type === 'chunk') {
      job.credit -= 1;
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
    job.member?.drop(job);
    try {
      job.listener.failed(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}
