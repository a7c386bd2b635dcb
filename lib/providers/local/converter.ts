import type { Readable } from 'node:stream';
import type { SoundShape, SpeechFormat } from '../../audio/formats.js';
import { localFormats } from '../../engines/encoders/create-encoder.js';
import type { ConvertJob } from '../../engines/worker/convert-job.js';
import { SpeechError } from '../../speech/error.js';
import { openConversion, type StreamConversionOptions } from './convert-stream.js';
import { awaitJob, blameless } from './pool-job.js';
import { PoolShare } from './pool-share.js';
import { PROCESS_WIDE } from './process-wide.js';
import { startThread } from './start-thread.js';
import { WorkerPool, type JobPool } from './worker-pool.js';

/** What sound is to become. */
export interface ConversionOptions {
  readonly format: SpeechFormat;
  readonly shape: SoundShape;
  /** Whether no other sound follows; else it ends with the rest between two sentences. */
  readonly isLast: boolean;
}

/** Makes sound that a provider gave in another shape follow what was sent before. */
export interface Converter {
  /**
   * Converts a whole WAV file in a worker thread.
   *
   * @throws {SpeechError} `not_audio` for what is no WAV, `too_large` for more than ten minutes, `unsupported` for what cannot be
   *   encoded, `aborted` after the signal's abort or `close()`
   */
  convert(wav: Uint8Array, options: ConversionOptions, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Converts sound of any rate, with any number of channels, while it comes. Both sides set the pace: nothing is read that is not
   * converted soon, and nothing converted that is not read soon.
   *
   * The first chunk of what it returns holds sound. The stream ends cleanly only when all of the source has become sound; else it is
   * destroyed with a `SpeechError`: the source's own, `truncated` where that broke off or was shorter than its header said, `empty`
   * where there was no sound in it, `not_audio`, `too_large`, `unsupported` for what cannot be encoded, `aborted` after the signal's
   * abort or `close()`. Whatever its end, and whoever goes first, the source is destroyed with it.
   */
  convertStream(source: Readable, options: StreamConversionOptions, signal: AbortSignal): Readable;
  /** Ends the worker, and with it what is still being converted. */
  close(): Promise<void>;
}

/** Lists what sound can be converted into. */
export function convertibleFormats(): readonly SpeechFormat[] {
  return localFormats();
}

/**
 * Makes a converter. All of a process have one worker, which starts with the first conversion: most applications never need it, and
 * it converts more than a hundred streams at the pace at which they are heard.
 */
export function createConverter(): Converter {
  const { value, release } = PROCESS_WIDE.converters.acquire('converter', startPool, (closing) => closing.close());
  const pool = new PoolShare(value, release);
  return {
    convert(wav, { format, shape, isLast }, signal) {
      // Only these bytes go to the other thread, and not all of the memory that they are a view of.
      return convertOn(pool, { wav: new Uint8Array(wav), format, shape, isLast }, signal);
    },

    convertStream: (source, options, signal) => openConversion(pool, source, options, signal),

    close: () => pool.close(),
  };
}

function startPool(): WorkerPool {
  return new WorkerPool(1, () => startThread({ kind: 'none' }, 'speech converter'));
}

async function convertOn(pool: JobPool, job: ConvertJob, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await awaitJob<Uint8Array>(pool, { type: 'convert', job }, signal, (answer, pooled) => {
      const pieces: Uint8Array[] = [];
      return {
        message(message) {
          if (message.type !== 'chunk') return;
          pieces.push(message.bytes);
          pooled().grant();
        },
        ended() {
          answer(Buffer.concat(pieces));
        },
      };
    });
  } catch (thrown) {
    throw blameless(SpeechError.from(thrown));
  }
}
