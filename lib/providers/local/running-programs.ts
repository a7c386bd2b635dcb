import { killProgram } from '../../engines/command/program.js';

/**
 * The programs that workers run, each as memory with the process id that runs, or 0. A program is in a process group of its own, so it
 * would live on after an application that calls `process.exit()`: one listener of the process's kills what is left then.
 */
export class RunningPrograms {
  readonly #running = new Set<Int32Array>();

  /** Makes the memory for one worker's program. */
  add(): Int32Array {
    if (this.#running.size === 0) process.once('exit', this.#killAll);
    const running = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.#running.add(running);
    return running;
  }

  /** Kills what a worker that is no more has left running, and forgets it. */
  remove(running: Int32Array): void {
    this.#running.delete(running);
    if (this.#running.size === 0) process.off('exit', this.#killAll);
    killRunning(running);
  }

  readonly #killAll = (): void => {
    this.#running.forEach(killRunning);
  };
}

function killRunning(running: Int32Array): void {
  const pid = Atomics.exchange(running, 0, 0);
  if (pid !== 0) killProgram(pid);
}
