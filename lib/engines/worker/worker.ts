import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { SpeechError } from '../../speech/error.js';
import { leave, watchFiles } from './leave.js';
import { LoadGate } from './load-gate.js';
import { createLoad } from './load.js';
import type { FromWorker, ToWorker, WorkerStart } from './messages.js';
import { nameOf, plainFailure } from './worker-failure.js';

/** How much the event loop, and everything else on the machine, goes before speech. */
const NICENESS = 10;

if (parentPort !== null) {
  stepBack();
  void start(parentPort, workerData as WorkerStart);
}

/**
 * Loads what serves, which a bundler may have left behind: a worker that cannot do anything says why, and leaves when it is told to.
 * The same goes for one whose engine throws where nobody can catch it.
 */
async function start(port: MessagePort, { choice, gate: memory }: WorkerStart): Promise<void> {
  const gate = new LoadGate(memory);
  const load = createLoad(gate);
  const giveUp = (error: SpeechError): void => {
    port.postMessage({ type: 'unusable', ...plainFailure(error) } satisfies FromWorker);
  };
  process.on('uncaughtException', (cause: unknown) => {
    giveUp(new SpeechError('engine_failed', `the engine’s worker crashed with ${nameOf(cause)}`, { cause }));
  });
  if (choice.kind === 'module') watchFiles(gate);
  try {
    const { serve } = await load('the engine’s worker', () => import('./serve.js'));
    serve(port, choice, load);
  } catch (error) {
    giveUp(SpeechError.from(error));
  } finally {
    gate.leave();
  }
  port.on('message', ({ type }: ToWorker) => {
    if (type === 'leave') leave(gate);
  });
}

/**
 * Lowers the priority of this thread, so that the event loop gets a core as soon as it wants one, although speech would take them
 * all. Linux alone has priorities for threads; elsewhere nothing changes.
 */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, NICENESS);
  } catch {
    // No /proc, or a sandbox that forbids it: speech works all the same.
  }
}
