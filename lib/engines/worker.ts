import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { SpeechError } from '../speech/error.js';
import { createCommandEngine } from './command.js';
import type { ConvertJob } from './convert-job.js';
import type { ConvertStreamJob, JobInput } from './convert-stream-job.js';
import type { SpeechEngine } from './engine.js';
import { createEspeakEngine } from './espeak.js';
import { createFliteEngine } from './flite.js';
import type { EngineChoice, FromWorker, ToWorker, WorkerFailure, WorkerTask } from './messages.js';
import { speakJob, type SpeakHead, type SpeakJob, type SpeakPiece } from './speak-job.js';

/** How much the event loop, and everything else on the machine, goes before speech. */
const NICENESS = 10;

/** What a job begins with that is fed later. */
const NOTHING_YET: JobInput = { bytes: new Uint8Array(), isLast: false };

type Parts = AsyncGenerator<SpeakHead | SpeakPiece, void, JobInput | undefined>;

/** A job that was begun. */
interface Speech {
  readonly parts: Parts;
  readonly controller: AbortController;
}

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

/** Makes one piece of one job at a time. A job that is not asked to go on costs nothing but its place in memory. */
function serve(port: MessagePort, loading: Promise<readonly SpeechEngine[]>): void {
  const speeches = new Map<number, Speech>();
  const tell = (message: FromWorker): void => {
    port.postMessage(message);
  };

  async function* speak(job: SpeakJob, signal: AbortSignal): Parts {
    yield* speakJob(await loading, job, signal);
  }

  async function* convert(job: ConvertJob, signal: AbortSignal): Parts {
    const { convertJob } = await import('./convert-job.js');
    yield* convertJob(job, signal);
  }

  async function* convertStream(job: ConvertStreamJob, first: JobInput): Parts {
    const { convertStreamJob } = await import('./convert-stream-job.js');
    yield* convertStreamJob(job, first);
  }

  function begin(
    task: Exclude<WorkerTask, { type: 'voices' }>,
    input: JobInput | undefined,
    signal: AbortSignal,
  ): Parts {
    if (task.type === 'speak') return speak(task.job, signal);
    if (task.type === 'convert') return convert(task.job, signal);
    return convertStream(task.job, input ?? NOTHING_YET);
  }

  async function takeTurn(id: number, { parts, controller: { signal } }: Speech, input?: JobInput): Promise<void> {
    try {
      for (;;) {
        // A turn of the event loop lets a cancellation in, which nothing else would between two segments.
        await setImmediate();
        signal.throwIfAborted();
        const { value: part, done } = await parts.next(input);
        if (done === true) {
          speeches.delete(id);
          tell({ type: 'end', id });
          return;
        }
        if (!('bytes' in part)) {
          tell({ type: 'head', id, head: part });
          continue;
        }
        tell({ type: 'chunk', id, ...part });
        if (!part.isLast) return;
        speeches.delete(id);
        // Lets go of the encoder: nobody asks for more.
        await parts.return();
        return;
      }
    } catch (error) {
      speeches.delete(id);
      tell({ type: 'failed', id, ...failure(error, signal) });
    }
  }

  async function listVoices(id: number): Promise<void> {
    const engines = await loading;
    tell({
      type: 'voices',
      id,
      voices: engines.flatMap((engine) => engine.voices),
      engines: engines.map(({ name }) => name),
    });
  }

  loading.then(
    () => {
      tell({ type: 'loaded' });
    },
    (error: unknown) => {
      tell({ type: 'unusable', ...failure(error) });
    },
  );

  port.on('message', (message: ToWorker) => {
    const { id } = message;
    if (message.type === 'voices') {
      // Who waits for it is told that the engine is unusable.
      listVoices(id).catch(() => undefined);
      return;
    }
    if (message.type !== 'go' && message.type !== 'cancel') {
      const controller = new AbortController();
      speeches.set(id, { parts: begin(message, message.input, controller.signal), controller });
    }
    const speech = speeches.get(id);
    if (speech === undefined) return;
    if (message.type === 'cancel') {
      speeches.delete(id);
      speech.controller.abort();
      // Frees what it holds, at once or where it stops. How its turn ends is told by the turn.
      speech.parts.return().catch(() => undefined);
    } else void takeTurn(id, speech, message.input);
  });
}

function failure(error: unknown, signal?: AbortSignal): Omit<WorkerFailure<'failed'>, 'type'> {
  if (signal?.aborted === true) return plain(new SpeechError('aborted', 'the job was cancelled'));
  if (SpeechError.is(error)) return plain(error);
  // Not the message of an error, which may hold the text; a system's code says which file is missing, or what else.
  const { name, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : { name: typeof error };
  return plain(
    new SpeechError('engine_failed', `the engine threw ${name}${typeof code === 'string' ? ` (${code})` : ''}`),
  );
}

function plain({ code, message, blamesProvider }: SpeechError): Omit<WorkerFailure<'failed'>, 'type'> {
  return { code, message, blamesProvider };
}

async function loadEngines(choice: EngineChoice): Promise<readonly SpeechEngine[]> {
  switch (choice.kind) {
    case 'embedded': {
      const flite = createFliteEngine(choice.flite);
      // Installed or not, broken or not: the peer is an addition.
      const espeak = await createEspeakEngine().catch(() => undefined);
      return espeak === undefined ? [flite] : [flite, espeak];
    }
    case 'command':
      return [createCommandEngine(choice)];
    case 'module': {
      // Loaded only where it is needed, with the library behind it: every worker begins anew.
      const { loadEngineModule } = await import('./engine-module.js');
      return [await loadEngineModule(choice.module)];
    }
    case 'none':
      return [];
  }
}
