import { Readable } from 'node:stream';
import type { FromWorker } from '../engines/messages.js';
import type { SpeakHead, SpeakJob } from '../engines/speak-job.js';
import { SpeechError } from '../speech/error.js';
import { contentTypeOf } from '../speech/formats.js';
import { declaredWavLength } from '../speech/proof-containers.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { JobListener, PooledJob, WorkerPool } from './worker-pool.js';

/**
 * Has a job spoken. Resolves with the first piece of sound, after which the stream goes on piece by piece as it is read; the worker
 * is at most two pieces ahead.
 */
export function openSpeech(pool: WorkerPool, job: SpeakJob, signal: AbortSignal): Promise<SpeechAudio> {
  if (signal.aborted) return Promise.reject(new SpeechError('aborted', 'the caller has left'));
  return new Promise((resolve, reject) => {
    const speech = new LocalSpeech();
    const abort = (): void => {
      speech.cancel(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    speech.once('close', () => {
      signal.removeEventListener('abort', abort);
    });
    // Until there is sound, the promise tells of a failure; the stream's own event has no listener yet.
    speech.on('error', reject);
    let head: SpeakHead | undefined;
    const listener: JobListener = {
      message(message: FromWorker) {
        if (message.type === 'head') head = message.head;
        if (message.type !== 'chunk') return;
        speech.add(message.bytes);
        resolve(audioOf(job, speech, message.bytes, head));
      },
      ended() {
        if (speech.isEmpty) speech.destroy(new SpeechError('empty', 'the engine gave no sound'));
        else speech.push(null);
      },
      failed(error) {
        speech.destroy(error);
      },
    };
    speech.follow(pool.submit({ type: 'speak', job }, listener));
  });
}

function audioOf(job: SpeakJob, stream: Readable, first: Uint8Array, head: SpeakHead | undefined): SpeechAudio {
  const contentType = contentTypeOf(job.format);
  const length = job.format === 'wav' ? declaredWavLength(first) : undefined;
  const warnings = head?.warnings ?? [];
  return length === undefined
    ? { kind: 'audio', contentType, stream, warnings }
    : { kind: 'audio', contentType, stream, warnings, contentLength: length };
}

/**
 * Bytes that a reader may leave unread before the worker is told to wait: less than a piece of samples. Stated, as the default grew
 * fourfold with Node 22.
 */
const READ_AHEAD = 16 * 1024;

/** The sound of one job, as a stream that lets the worker go on only as it is read. */
class LocalSpeech extends Readable {
  #job: PooledJob | undefined;
  #owed = 0;
  isEmpty = true;

  constructor() {
    super({ highWaterMark: READ_AHEAD });
  }

  follow(job: PooledJob): void {
    this.#job = job;
  }

  add(bytes: Uint8Array): void {
    this.isEmpty = false;
    this.#owed += 1;
    this.push(bytes);
  }

  /**
   * Ends the job and the stream, as nobody waits for them any more. Where the time was up before a worker had begun, while it served
   * others, the queue was too long and not the engine too slow.
   */
  cancel(reason: unknown): void {
    const isTimeUp = typeof reason === 'object' && reason !== null && 'code' in reason && reason.code === 'deadline';
    const code = isTimeUp && this.#job?.hasOnlyWaited === true ? 'timeout.queue' : 'aborted';
    this.destroy(new SpeechError(code, code === 'aborted' ? 'the caller has left' : 'no worker was free in time'));
  }

  override _read(): void {
    for (; this.#owed > 0; this.#owed -= 1) this.#job?.grant();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // A job that has ended does not mind.
    this.#job?.cancel();
    callback(error);
  }
}
