import { finished, Readable } from 'node:stream';
import { OWN_SHAPE, type SoundShape, type SpeechFormat } from '../../audio/formats.js';
import type { SourceSound } from '../../engines/signal/sample-source.js';
import { SpeechError } from '../../speech/error.js';
import { discard } from '../../streams/discard.js';
import { blameless } from './pool-job.js';
import type { JobListener, JobPool, PooledJob } from './worker-pool.js';

/** What a stream of sound is, and what it is to become. */
export interface StreamConversionOptions {
  readonly from: SourceSound;
  readonly format: SpeechFormat;
  /** 24 kHz in one channel where nothing else is said. */
  readonly shape?: SoundShape;
  /** Most seconds of sound, 7,200 by default: as much as the longest request may take to say. */
  readonly mostSeconds?: number;
  /** Most bytes of the source, 1 GiB by default: 7,200 s of 16 bits in one channel at 48 kHz, and half as much again. */
  readonly mostBytes?: number;
}

const MOST_SECONDS = 7_200;
const MOST_BYTES = 1024 ** 3;

/** Bytes that wait to be converted with which no more are read from the source: a second or more of most sound. */
const ENOUGH_BYTES = 64 * 1024;
/** Bytes that are converted in one turn, so that others soon have theirs: less than a tenth of a second of work in any format. */
const MOST_INPUT = 64 * 1024;
/** Bytes that are ready and not read, with which the conversion rests. */
const ENOUGH_READY = 64 * 1024;

/**
 * Converts sound while it comes, on a worker of a pool. One turn after the other is taken when there are both bytes to convert and
 * somebody who reads, so that neither side is run over: at most `ENOUGH_BYTES` wait on each.
 *
 * @returns a stream whose first chunk holds sound already, and that ends cleanly only when all of the source was converted. Else it is
 *   destroyed with a `SpeechError`; whatever its end, the source is destroyed too.
 */
export function openConversion(
  pool: JobPool,
  source: Readable,
  options: StreamConversionOptions,
  signal: AbortSignal,
): Readable {
  const stream = new ConvertedStream(source, options);
  const abort = (): void => {
    discard(stream, new SpeechError('aborted', 'the caller has left'));
  };
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => {
    signal.removeEventListener('abort', abort);
  });
  if (signal.aborted) abort();
  else stream.begin(pool);
  return stream;
}

class ConvertedStream extends Readable {
  readonly #source: Readable;
  readonly #options: StreamConversionOptions;
  readonly #stopWatching: () => void;
  #job: PooledJob | undefined;
  /** What has come and waits to be converted. */
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #bytesInAll = 0;
  #hasEnded = false;
  /** Whether the reader wants more, and whether a turn for it is under way. */
  #isWanted = false;
  #hasTurn = false;

  constructor(source: Readable, options: StreamConversionOptions) {
    super({ highWaterMark: ENOUGH_READY });
    this.#source = source;
    this.#options = options;
    // It may fail before anybody listens, and the source after everybody has gone.
    this.on('error', ignore);
    source.on('error', ignore);
    this.#stopWatching = finished(source, { writable: false }, (error) => {
      this.#onSourceEnd(error);
    });
  }

  begin(pool: JobPool): void {
    const { from, format, shape = OWN_SHAPE, mostSeconds = MOST_SECONDS } = this.#options;
    const listener: JobListener = {
      message: (message) => {
        if (message.type === 'chunk') this.#take(message.bytes);
      },
      ended: () => {
        this.push(null);
      },
      failed: (error) => {
        this.destroy(blameless(error));
      },
    };
    this.#job = pool.submit({ type: 'convert-stream', job: { from, format, shape, mostSeconds } }, listener);
    this.#source.on('data', this.#onData);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#feed();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stopWatching();
    this.#source.off('data', this.#onData);
    this.#waiting = [];
    // A job that has ended does not mind, and neither does a source.
    this.#job?.cancel();
    discard(this.#source);
    callback(error);
  }

  readonly #onData = (chunk: unknown): void => {
    if (!(chunk instanceof Uint8Array)) {
      this.destroy(new SpeechError('not_audio', 'the source gave something else than bytes'));
      return;
    }
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    this.#bytesInAll += chunk.length;
    if (this.#bytesInAll > (this.#options.mostBytes ?? MOST_BYTES)) {
      this.destroy(new SpeechError('too_large', 'the sound has too many bytes'));
      return;
    }
    if (this.#bytes >= ENOUGH_BYTES) this.#source.pause();
    this.#feed();
  };

  #onSourceEnd(error: Error | null | undefined): void {
    this.#hasEnded = true;
    if (error === null || error === undefined) this.#feed();
    else if (SpeechError.is(error)) this.destroy(error);
    else this.destroy(new SpeechError('truncated', 'the sound broke off before its end', { cause: error }));
  }

  #take(bytes: Uint8Array): void {
    this.#hasTurn = false;
    if (bytes.length > 0) {
      this.#isWanted = false;
      this.push(bytes);
    } else this.#feed();
  }

  /** Has the next bytes converted, if there are any and somebody wants them. */
  #feed(): void {
    if (!this.#isWanted || this.#hasTurn || this.destroyed || !(this.#bytes > 0 || this.#hasEnded)) return;
    this.#hasTurn = true;
    const bytes = this.#takeInput();
    this.#job?.grant({ bytes, isLast: this.#hasEnded && this.#bytes === 0 });
    if (this.#bytes < ENOUGH_BYTES) this.#source.resume();
  }

  /** Copies what goes over to the worker: chunks are views of memory that is not ours to give away. */
  #takeInput(): Uint8Array {
    const input = new Uint8Array(Math.min(this.#bytes, MOST_INPUT));
    for (let at = 0; at < input.length;) {
      const [chunk = input] = this.#waiting;
      const part = chunk.subarray(0, input.length - at);
      input.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#waiting.shift();
      else this.#waiting[0] = chunk.subarray(part.length);
    }
    this.#bytes -= input.length;
    return input;
  }
}

function ignore(): void {
  // Whoever has to know is told by the promise or stream that they hold.
}
