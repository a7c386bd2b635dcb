import { Readable } from 'node:stream';
import { contentTypeOf } from '../../audio/formats.js';
import { declaredWavLength } from '../../audio/sniff-containers.js';
import type { FromWorker } from '../../engines/worker/messages.js';
import type { SpeakHead, SpeakJob } from '../../engines/worker/speak-job.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechAudio } from '../../speech/provider.js';
import { discard } from '../../streams/discard.js';
import type { SoundMemory } from './sound-memory.js';
import { FIRST_CREDIT, type JobListener, type JobPool, type PooledJob } from './worker-pool.js';

/** Bytes with which a reader has enough for now: a second of bare samples, two of MP3. */
const ENOUGH_BYTES = 16 * 1024;

/**
 * Has a job spoken. Resolves with the first piece of sound, after which the stream goes on piece by piece.
 *
 * Two pieces are made for a reader before it has to read. Beyond that the sound is taken out of the worker into memory while there is
 * room for it and nothing else to do, so that the job ends whether or not it is read.
 */
export function openSpeech(
  pool: JobPool,
  job: SpeakJob,
  signal: AbortSignal,
  memory: SoundMemory,
): Promise<SpeechAudio> {
  if (signal.aborted) return Promise.reject(new SpeechError('aborted', 'the caller has left'));
  return new Promise((resolve, reject) => {
    const speech = new LocalSpeech(memory);
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
        if (speech.isEmpty) discard(speech, new SpeechError('empty', 'the engine gave no sound'));
        else speech.complete();
      },
      failed(error) {
        discard(speech, error);
      },
    };
    speech.follow(pool.submit({ type: 'speak', job }, listener));
  });
}

function audioOf(job: SpeakJob, stream: LocalSpeech, first: Uint8Array, head: SpeakHead | undefined): SpeechAudio {
  const contentType = contentTypeOf(job.format);
  const length = job.format === 'wav' ? declaredWavLength(first) : undefined;
  const audio = { kind: 'audio', contentType, stream, warnings: head?.warnings ?? [], atRest: stream.atRest } as const;
  return length === undefined ? audio : { ...audio, contentLength: length };
}

/** The sound of one job, as a stream. */
class LocalSpeech extends Readable {
  readonly #memory: SoundMemory;
  #job: PooledJob | undefined;
  /** Pieces that were asked for and have not come. */
  #due = FIRST_CREDIT;
  #rest: () => void = () => undefined;
  /** Resolves when the worker has nothing more to do for the reader than to run ahead of it. */
  readonly atRest: Promise<void>;
  isEmpty = true;

  constructor(memory: SoundMemory) {
    super({ highWaterMark: ENOUGH_BYTES });
    this.#memory = memory;
    this.atRest = new Promise((resolve) => (this.#rest = resolve));
    memory.watch(this);
  }

  follow(job: PooledJob): void {
    this.#job = job;
  }

  add(bytes: Uint8Array): void {
    this.isEmpty = false;
    this.#due -= 1;
    const isWanted = this.push(bytes);
    if (isWanted || this.#due > 0) return;
    this.#rest();
    if (!this.#memory.hasRoomFor(this)) return;
    this.#due += 1;
    this.#job?.grantAhead();
  }

  complete(): void {
    this.#rest();
    this.push(null);
  }

  /**
   * Ends the job and the stream, as nobody waits for them any more. Where the time was up before a worker had begun, while it served
   * others, the queue was too long and not the engine too slow.
   */
  cancel(reason: unknown): void {
    const isTimeUp = typeof reason === 'object' && reason !== null && 'code' in reason && reason.code === 'deadline';
    const code = isTimeUp && this.#job?.hasOnlyWaited() === true ? 'timeout.queue' : 'aborted';
    this.destroy(new SpeechError(code, code === 'aborted' ? 'the caller has left' : 'no worker was free in time'));
  }

  override _read(): void {
    for (; this.#due < FIRST_CREDIT; this.#due += 1) this.#job?.grant();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // A job that has ended does not mind.
    this.#job?.cancel();
    this.#rest();
    callback(error);
  }
}
