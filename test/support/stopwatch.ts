import { readFileSync } from 'node:fs';

/**
 * Starts a clock for what a program takes by itself, in milliseconds: the time that has passed, less that in which a thread of it was
 * ready to run and others had the processors. So a limit means the same on a machine that is busy. Where the system does not tell
 * (Linux alone does) it is the time that has passed.
 *
 * @param pid the process whose main thread counts beside this thread, where the work is done in another one
 */
export function stopwatch(pid?: number): () => number {
  const started = performance.now();
  const before = waited(pid);
  return () => performance.now() - started - (waited(pid) - before);
}

function waited(pid: number | undefined): number {
  const own = waitedBy('/proc/thread-self/schedstat');
  return pid === undefined ? own : own + waitedBy(`/proc/${String(pid)}/schedstat`);
}

/** The second number is the nanoseconds for which the thread waited for a processor. */
function waitedBy(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
