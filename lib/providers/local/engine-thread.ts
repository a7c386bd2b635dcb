import type { Transferable, Worker } from 'node:worker_threads';
import type { LoadGate } from '../../engines/worker/load-gate.js';
import { reasonOf } from '../../engines/worker/load.js';
import type { FromWorker, ToWorker } from '../../engines/worker/messages.js';
import { plainFailure } from '../../engines/worker/worker-failure.js';
import { SpeechError } from '../../speech/error.js';

/** Milliseconds that a thread has to end itself. One that is at work on a sentence does not hear that it shall. */
const LEAVE_GRACE = 25;
/**
 * Milliseconds without a file opened after which a thread with code of a user's own is taken for one that computes. It may only have
 * been late to hear, on a machine with too much to do, and be about to open the next one.
 */
const FOREIGN_QUIET = 250;
/** Milliseconds that a thread which loads, and hears nothing, may go on: a disk that hangs is no reason to wait for ever. */
const LOAD_LIMIT = 10_000;

/** Milliseconds that its end from here is waited for. */
const TERMINATE_LIMIT = 1_000;

/** Who is told what a thread says, and that it is no more. */
export interface ThreadOwner {
  heard(message: FromWorker): void;
  /** The thread has ended, not by `end()`. Told once. */
  lost(error: SpeechError): void;
}

/** A worker thread, which is only ever ended where nothing stays open: `terminate` is called nowhere else. */
export class EngineThread {
  readonly #worker: Worker;
  readonly #gate: LoadGate;
  /** Milliseconds without a load after which it may be ended from here. */
  readonly #quiet: number;
  readonly #exit: Promise<void>;
  #owner: ThreadOwner | undefined;
  #hasStarted = false;
  #isLoaded = false;

  /** @param code whose runs in it: ours loads by `load()` alone */
  constructor(worker: Worker, gate: LoadGate, code: 'own' | 'foreign') {
    this.#worker = worker;
    this.#gate = gate;
    this.#quiet = code === 'own' ? 0 : FOREIGN_QUIET;
    this.#exit = new Promise((resolve) => {
      worker.once('exit', (status) => {
        this.#lose(new SpeechError('engine_failed', `the engine’s worker ended itself with status ${status}`));
        resolve();
      });
    });
    worker.on('message', (message: FromWorker) => {
      this.#hasStarted = true;
      this.#isLoaded ||= message.type === 'loaded';
      this.#owner?.heard(message);
    });
    worker.on('messageerror', (cause) => {
      const error = new SpeechError('engine_failed', 'what the engine’s worker said could not be read', { cause });
      this.#owner?.heard({ type: 'unusable', ...plainFailure(error) });
    });
    worker.on('error', (cause: unknown) => {
      // Errors of the engine are told by a message, so these are Node’s own: the thread did not start, or is out of memory.
      const what = this.#hasStarted ? 'the engine’s worker crashed' : 'the engine’s worker could not start';
      this.#lose(new SpeechError('engine_failed', `${what}: ${reasonOf(cause)}`, { cause }));
    });
    // An idle worker must not keep the process alive.
    worker.unref();
  }

  /** Names who listens. Nothing has been said before the turn of the event loop in which it was started is over. */
  belongTo(owner: ThreadOwner): void {
    this.#owner = owner;
  }

  /** Whether it loads its engine, or anything else: it would be a waste, and often a leak, to end it in the middle. */
  get isLoading(): boolean {
    return !this.#isLoaded || this.#gate.isLoading;
  }

  send(message: ToWorker, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Keeps the process alive for it, or not. */
  setBusy(isBusy: boolean): void {
    if (isBusy) this.#worker.ref();
    else this.#worker.unref();
  }

  /**
   * Has it end itself, which it does between two turns and with no file in its hands; one that does not hear, as it computes, is ended
   * from here, unless it loads. Nobody is told of it.
   */
  async end(): Promise<void> {
    this.#owner = undefined;
    this.#worker.ref();
    this.send({ type: 'leave' });
    const until = performance.now() + LOAD_LIMIT;
    let quietSince = performance.now();
    let begun = this.#gate.begun;
    while (!(await this.#hasExitedWithin(LEAVE_GRACE))) {
      const now = performance.now();
      if (this.#gate.isLoading || this.#gate.begun !== begun) quietSince = now;
      begun = this.#gate.begun;
      if (now > until || (now - quietSince >= this.#quiet && this.#gate.condemn())) {
        // Since Node 24 a thread that is out of memory does not hear of it for good, and nobody is to wait for that.
        void this.#worker.terminate();
        await this.#hasExitedWithin(TERMINATE_LIMIT);
        this.#worker.unref();
        return;
      }
    }
  }

  async #hasExitedWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, milliseconds, false);
    });
    const isOver = await Promise.race([this.#exit.then(() => true), late]);
    clearTimeout(timer);
    return isOver;
  }

  #lose(error: SpeechError): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.lost(error);
  }
}
