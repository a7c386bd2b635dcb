import { Worker } from 'node:worker_threads';
import { LoadGate } from '../../lib/engines/worker/load-gate.js';
import type { EngineChoice } from '../../lib/engines/worker/messages.js';
import { workerUrl } from '../../lib/engines/worker/worker-url.js';
import { EngineThread } from '../../lib/providers/local/engine-thread.js';

/** Starts a speech worker as the package does, and gives out the thread behind it as well. */
export function startEngineWorker(choice: EngineChoice): { readonly worker: Worker; readonly thread: EngineThread } {
  const gate = new LoadGate();
  gate.enter();
  const worker = new Worker(workerUrl(), { workerData: { choice, gate: gate.memory }, execArgv: [] });
  return { worker, thread: new EngineThread(worker, gate, choice.kind === 'module' ? 'foreign' : 'own') };
}
