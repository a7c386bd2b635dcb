import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { SpeechError } from '../speech/error.js';
import { createCommandEngine } from './command.js';
import type { EngineModule, SpeechEngine } from './engine.js';
import { createEspeakEngine } from './espeak.js';
import { createFliteEngine } from './flite.js';
import { FIRST_CREDIT, type EngineChoice, type FromWorker, type ToWorker } from './messages.js';
import { speakJob, type SpeakJob } from './speak-job.js';

/** How much the event loop, and everything else on the machine, goes before speech. */
const NICENESS = 10;

if (parentPort !== null) {
  stepBack();
  serve(parentPort, loadEngines(workerData as EngineChoice));
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

/** Answers one job at a time, and stays free to be told to stop it. */
function serve(port: MessagePort, loading: Promise<readonly SpeechEngine[]>): void {
  let running = new AbortController();
  let credit = 0;
  let onCredit: () => void = () => undefined;
  const tell = (message: FromWorker): void => {
    port.postMessage(message);
  };

  async function speak(job: SpeakJob, signal: AbortSignal): Promise<void> {
    for await (const part of speakJob(await loading, job, signal)) {
      if (!(part instanceof Uint8Array)) {
        tell({ type: 'head', head: part });
        continue;
      }
      tell({ type: 'chunk', bytes: part });
      credit -= 1;
      // A turn of the event loop lets a cancellation in, which nothing else would between two segments.
      if (credit > 0) await setImmediate();
      else await new Promise<void>((resolve) => (onCredit = resolve));
      signal.throwIfAborted();
    }
  }

  async function answer(message: ToWorker, signal: AbortSignal): Promise<void> {
    try {
      if (message.type === 'speak') await speak(message.job, signal);
      else {
        const engines = await loading;
        const voices = engines.flatMap((engine) => engine.voices);
        tell({ type: 'voices', voices, engines: engines.map(({ name }) => name) });
      }
      tell({ type: 'end' });
    } catch (error) {
      tell(failure(error, signal));
    }
  }

  port.on('message', (message: ToWorker) => {
    if (message.type === 'cancel') running.abort();
    if (message.type === 'cancel' || message.type === 'credit') {
      credit += 1;
      onCredit();
      return;
    }
    running = new AbortController();
    credit = FIRST_CREDIT;
    void answer(message, running.signal);
  });

  loading.then(
    () => {
      tell({ type: 'ready' });
    },
    () => undefined,
  );
}

function failure(error: unknown, signal: AbortSignal): FromWorker {
  if (signal.aborted) return { type: 'failed', code: 'aborted', message: 'the job was cancelled' };
  if (SpeechError.is(error)) return { type: 'failed', code: error.code, message: error.message };
  return {
    type: 'failed',
    code: 'engine_failed',
    message: `the engine threw ${error instanceof Error ? error.name : typeof error}`,
  };
}

async function loadEngines(choice: EngineChoice): Promise<readonly SpeechEngine[]> {
  switch (choice.kind) {
    case 'embedded': {
      const espeak = await createEspeakEngine();
      const flite = createFliteEngine(choice.flite);
      return espeak === undefined ? [flite] : [flite, espeak];
    }
    case 'command':
      return [createCommandEngine(choice.name, choice.command, choice.voice)];
    case 'module': {
      const specifier = isAbsolute(choice.module) ? pathToFileURL(choice.module).href : choice.module;
      const { createEngine } = (await import(specifier)) as EngineModule;
      return [await createEngine()];
    }
  }
}
