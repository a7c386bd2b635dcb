import { Worker } from 'node:worker_threads';
import { LoadGate } from '../../engines/worker/load-gate.js';
import type { EngineChoice, WorkerStart } from '../../engines/worker/messages.js';
import { workerUrl } from '../../engines/worker/worker-url.js';
import { EngineThread } from './engine-thread.js';
import { PROCESS_WIDE } from './process-wide.js';
import { workerEnvironment } from './worker-environment.js';

/**
 * Megabytes of JavaScript's own memory for a worker with an engine of ours, which takes 40: one that grows without an end costs the
 * application its worker, and not the machine its memory. Sound and WebAssembly do not count, so that an engine of a user's own, which
 * may need more, keeps Node's limit.
 */
const MOST_HEAP = 256;

/**
 * Megabytes for what a worker has just made, in every worker: as Node had it until 22. With the 192 of Node 24 an engine that takes memory
 * without an end outgrows its limit between two looks at it, and takes the process with it.
 */
const MOST_YOUNG = 48;

/** Starts a worker thread with an engine. Throws what Node throws where there may be no thread, and a `MissingFileError` in a bundle. */
export function startThread(choice: EngineChoice, name: string): EngineThread {
  const gate = new LoadGate();
  // From here on until it has loaded what it begins with.
  gate.enter();
  if (choice.kind !== 'command') {
    const worker = startWorker({ choice, gate: gate.memory }, name);
    return new EngineThread(worker, gate, choice.kind === 'module' ? 'foreign' : 'own');
  }
  const running = PROCESS_WIDE.programs.add();
  try {
    const worker = startWorker({ choice: { ...choice, running }, gate: gate.memory }, name);
    worker.once('exit', () => {
      PROCESS_WIDE.programs.remove(running);
    });
    return new EngineThread(worker, gate, 'own');
  } catch (error) {
    PROCESS_WIDE.programs.remove(running);
    throw error;
  }
}

function startWorker(start: WorkerStart, name: string): Worker {
  const isOwn = start.choice.kind !== 'module';
  const worker = new Worker(workerUrl(), {
    workerData: start,
    name,
    // Nothing of what the application was started with: what it has Node load first is not for workers.
    execArgv: [],
    env: workerEnvironment(),
    // Our engines have nothing to say to whoever reads the application’s output; one of a user's own may.
    stdout: isOwn,
    stderr: isOwn,
    resourceLimits: { maxYoungGenerationSizeMb: MOST_YOUNG, ...(isOwn && { maxOldGenerationSizeMb: MOST_HEAP }) },
  });
  if (isOwn) for (const output of [worker.stdout, worker.stderr]) output.resume();
  return worker;
}
