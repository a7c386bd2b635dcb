import { Worker } from 'node:worker_threads';
import type { EngineChoice } from '../engines/messages.js';
import { killProgram } from '../engines/program.js';
import { ownFile } from '../own-files.js';

/** Starts the worker threads of an engine, and ends the programs of those that can no longer do so themselves. */
export class EngineWorkers {
  readonly #choice: EngineChoice;
  readonly #name: string;
  readonly #programs = new Set<Int32Array>();

  constructor(choice: EngineChoice, name: string) {
    this.#choice = choice;
    this.#name = name;
    // A program is in a process group of its own, so it would live on after the application that calls process.exit().
    if (choice.kind === 'command') process.once('exit', this.#killAll);
  }

  /** @throws {MissingFileError} in a bundle, where the worker's file is not */
  start(): Worker {
    if (this.#choice.kind !== 'command') return this.#worker(this.#choice);
    const running = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const worker = this.#worker({ ...this.#choice, running });
    this.#programs.add(running);
    worker.once('exit', () => {
      this.#programs.delete(running);
      killRunning(running);
    });
    return worker;
  }

  /** Forgets the process. Call it when the workers have ended. */
  close(): void {
    process.off('exit', this.#killAll);
  }

  readonly #killAll = (): void => {
    this.#programs.forEach(killRunning);
  };

  #worker(workerData: EngineChoice): Worker {
    return new Worker(ownFile('engines/worker.js'), { workerData, name: this.#name });
  }
}

function killRunning(running: Int32Array): void {
  const pid = Atomics.exchange(running, 0, 0);
  if (pid !== 0) killProgram(pid);
}
