import type { Worker } from 'node:worker_threads';
import { FIRST_CREDIT, type FromWorker, type ToWorker } from '../engines/messages.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';

/** Milliseconds that a cancelled job has to stop by itself between two sentences before its worker is ended. */
const CANCEL_GRACE = 25;
/** Milliseconds that a worker may take for one piece: a long sentence takes a second on a slow machine. */
const STALL_LIMIT = 20_000;

/** Who waits for a job. After `ended` or `failed` nothing more is told. */
export interface JobListener {
  message(message: FromWorker): void;
  ended(): void;
  failed(error: SpeechError): void;
}

/** A job's handle. */
export interface PooledJob {
  /** Says that one more piece may be sent. */
  grant(): void;
  /** Ends the job, waiting or running; its listener is told `aborted` at once. */
  cancel(): void;
}

interface Job {
  readonly task: ToWorker;
  readonly listener: JobListener;
  credit: number;
  isOver: boolean;
}

interface Member {
  readonly worker: Worker;
  /** Whether its engine has loaded. */
  isReady: boolean;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Runs jobs on worker threads, one at a time each, first come, first served. Workers are started when they are needed. One that
 * crashes, stalls or does not stop when told to is ended, and only its own job fails.
 */
export class WorkerPool {
  readonly #size: number;
  readonly #start: () => Worker;
  readonly #members = new Set<Member>();
  readonly #queue = new Set<Job>();
  #isClosed = false;

  /** @param start makes a worker; called when there is work and none is free */
  constructor(size: number, start: () => Worker) {
    this.#size = size;
    this.#start = start;
  }

  /** Jobs that are being worked on. */
  get running(): number {
    return [...this.#members].filter(({ job }) => job !== undefined).length;
  }

  get workers(): number {
    return this.#members.size;
  }

  submit(task: ToWorker, listener: JobListener): PooledJob {
    const job: Job = { task, listener, credit: FIRST_CREDIT, isOver: false };
    if (this.#isClosed) this.#fail(job, new SpeechError('aborted', 'the pool is closed'));
    else this.#queue.add(job);
    this.#dispatch();
    return {
      grant: () => {
        this.#grant(job);
      },
      cancel: () => {
        this.#cancel(job);
      },
    };
  }

  /** Cancels all jobs and ends all workers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#queue) this.#cancel(job);
    const members = [...this.#members];
    for (const { job } of members) if (job !== undefined) this.#cancel(job);
    await Promise.all(members.map((member) => this.#whenIdle(member)));
    await Promise.all(members.map((member) => this.#end(member)));
  }

  #dispatch(): void {
    for (const job of this.#queue) {
      const member = this.#freeMember();
      if (member === undefined) return;
      this.#queue.delete(job);
      member.job = job;
      member.worker.ref();
      member.worker.postMessage(job.task);
      this.#watch(member);
    }
  }

  #freeMember(): Member | undefined {
    for (const member of this.#members) if (member.job === undefined) return member;
    return this.#members.size < this.#size && !this.#isClosed ? this.#addMember() : undefined;
  }

  #addMember(): Member {
    const member: Member = { worker: this.#start(), isReady: false, job: undefined, timer: undefined };
    this.#members.add(member);
    member.worker.on('message', (message: FromWorker) => {
      this.#hear(member, message);
    });
    member.worker.on('error', () => {
      this.#lose(member);
    });
    member.worker.on('exit', () => {
      this.#lose(member);
    });
    // An idle worker must not keep the process alive.
    member.worker.unref();
    return member;
  }

  #hear(member: Member, message: FromWorker): void {
    const { job } = member;
    if (message.type === 'ready') member.isReady = true;
    if (job === undefined || message.type === 'ready') return;
    if (message.type === 'end' || message.type === 'failed') {
      this.#free(member);
      if (job.isOver) return;
      job.isOver = true;
      if (message.type === 'end') job.listener.ended();
      else job.listener.failed(new SpeechError(message.code as SpeechErrorCode, message.message));
      return;
    }
    if (message.type === 'chunk') job.credit -= 1;
    if (job.isOver) return;
    this.#watch(member);
    job.listener.message(message);
  }

  #free(member: Member): void {
    clearTimeout(member.timer);
    member.job = undefined;
    member.worker.unref();
    this.#dispatch();
  }

  #grant(job: Job): void {
    const member = this.#memberOf(job);
    if (member === undefined || job.isOver) return;
    job.credit += 1;
    member.worker.postMessage({ type: 'credit' } satisfies ToWorker);
    this.#watch(member);
  }

  #cancel(job: Job): void {
    if (job.isOver) return;
    this.#fail(job, new SpeechError('aborted', 'the job was cancelled'));
    if (this.#queue.delete(job)) return;
    const member = this.#memberOf(job);
    if (member === undefined) return;
    member.worker.postMessage({ type: 'cancel' } satisfies ToWorker);
    clearTimeout(member.timer);
    member.timer = setTimeout(() => {
      void this.#end(member);
    }, CANCEL_GRACE);
  }

  /** Watches a worker while it owes something; one that waits for its reader owes nothing. */
  #watch(member: Member): void {
    clearTimeout(member.timer);
    if (member.job === undefined || member.job.credit <= 0) return;
    member.timer = setTimeout(() => {
      void this.#end(member);
    }, STALL_LIMIT);
  }

  #lose(member: Member): void {
    if (!this.#members.delete(member)) return;
    clearTimeout(member.timer);
    const { job } = member;
    member.job = undefined;
    if (job !== undefined) this.#fail(job, new SpeechError('engine_failed', 'the engine’s worker came to an end'));
    // Its successor loads while nobody waits for it. One that never loaded would not do better the next time.
    if (member.isReady && !this.#isClosed) this.#addMember();
    this.#dispatch();
  }

  async #end(member: Member): Promise<void> {
    this.#lose(member);
    await member.worker.terminate();
  }

  #fail(job: Job, error: SpeechError): void {
    if (job.isOver) return;
    job.isOver = true;
    job.listener.failed(error);
  }

  #memberOf(job: Job): Member | undefined {
    return [...this.#members].find((member) => member.job === job);
  }

  /** Resolves when a worker has stopped what it does, or had the time to. */
  #whenIdle(member: Member): Promise<void> {
    if (member.job === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CANCEL_GRACE);
      member.worker.once('message', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
