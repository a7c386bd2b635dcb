import { setImmediate } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { SpeechError } from '../../speech/error.js';
import { createEncoders } from '../encoders/create-encoder.js';
import type { ConvertJob } from './convert-job.js';
import type { ConvertStreamJob, JobInput } from './convert-stream-job.js';
import { loadEngines } from './load-engines.js';
import type { Load } from './load.js';
import type { EngineChoice, FromWorker, ToWorker, WorkerTask } from './messages.js';
import { speakJob, type SpeakHead, type SpeakJob, type SpeakPiece } from './speak-job.js';
import { nameOf, plainFailure, type PlainFailure } from './worker-failure.js';

/** What a job begins with that is fed later. */
const NOTHING_YET: JobInput = { bytes: new Uint8Array(), isLast: false };

type Parts = AsyncGenerator<SpeakHead | SpeakPiece, void, JobInput | undefined>;

/** A job that was begun. */
interface Speech {
  readonly parts: Parts;
  readonly controller: AbortController;
}

/** Makes one piece of one job at a time. A job that is not asked to go on costs nothing but its place in memory. */
export function serve(port: MessagePort, choice: EngineChoice, load: Load): void {
  const loading = loadEngines(choice, load);
  const createEncoder = createEncoders(load);
  const speeches = new Map<number, Speech>();

  async function* speak(job: SpeakJob, signal: AbortSignal): Parts {
    yield* speakJob(await loading, job, signal, createEncoder);
  }

  async function* convert(job: ConvertJob, signal: AbortSignal): Parts {
    const { convertJob } = await load('the converter', () => import('./convert-job.js'));
    yield* convertJob(job, signal, createEncoder);
  }

  async function* convertStream(job: ConvertStreamJob, first: JobInput): Parts {
    const { convertStreamJob } = await load('the converter', () => import('./convert-stream-job.js'));
    yield* convertStreamJob(job, first, createEncoder);
  }

  function begin(task: Exclude<WorkerTask, { type: 'voices' }>, first: JobInput, signal: AbortSignal): Parts {
    if (task.type === 'speak') return speak(task.job, signal);
    if (task.type === 'convert') return convert(task.job, signal);
    return convertStream(task.job, first);
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
          tell(port, { type: 'end', id });
          return;
        }
        if (!('bytes' in part)) {
          tell(port, { type: 'head', id, head: part });
          continue;
        }
        tellPiece(port, id, part);
        if (!part.isLast) return;
        speeches.delete(id);
        // Lets go of the encoder: nobody asks for more.
        await parts.return();
        return;
      }
    } catch (error) {
      speeches.delete(id);
      tell(port, { type: 'failed', id, ...failure(error, signal) });
    }
  }

  async function listVoices(id: number): Promise<void> {
    const engines = await loading;
    tell(port, {
      type: 'voices',
      id,
      voices: engines.flatMap((engine) => engine.voices),
      engines: engines.map(({ name }) => name),
    });
  }

  loading.then(
    () => {
      tell(port, { type: 'loaded' });
    },
    (error: unknown) => {
      tell(port, { type: 'unusable', ...failure(error) });
    },
  );

  port.on('message', (message: ToWorker) => {
    if (message.type === 'leave') return;
    const { id } = message;
    if (message.type === 'voices') {
      // Who waits for it is told that the engine is unusable.
      listVoices(id).catch(() => undefined);
      return;
    }
    if (message.type !== 'go' && message.type !== 'cancel') {
      const controller = new AbortController();
      const parts = begin(message, message.input ?? NOTHING_YET, controller.signal);
      speeches.set(id, { parts, controller });
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

function tell(port: MessagePort, message: FromWorker): void {
  port.postMessage(message);
}

/** Hands a piece over with its memory: a copy of a view would be one of all that it is a view of. */
function tellPiece(port: MessagePort, id: number, { bytes, isLast }: SpeakPiece): void {
  const own = new Uint8Array(bytes);
  port.postMessage({ type: 'chunk', id, bytes: own, isLast } satisfies FromWorker, [own.buffer]);
}

function failure(error: unknown, signal?: AbortSignal): PlainFailure {
  if (signal?.aborted === true) return plainFailure(new SpeechError('aborted', 'the job was cancelled'));
  if (SpeechError.is(error)) return plainFailure(error);
  return plainFailure(new SpeechError('engine_failed', `the engine threw ${nameOf(error)}`, { cause: error }));
}
