import type { SoundShape, SpeechFormat } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { CreateEncoder } from '../encoders/encoder.js';
import type { EngineSound } from '../engine.js';
import { resample } from '../signal/resampler.js';
import { restBetweenParts, trimSilence, unsaid, withRest } from '../signal/silence.js';
import { readAnyWav } from '../signal/wav-reader.js';
import type { SpeakPiece } from './speak-job.js';

/** What a worker is asked to convert, as plain data. */
export interface ConvertJob {
  /** A whole file. */
  readonly wav: Uint8Array;
  readonly format: SpeechFormat;
  readonly shape: SoundShape;
  /** Whether no other sound follows. */
  readonly isLast: boolean;
}

/** Seconds of sound to a piece, so that the worker can stop between two. */
const PIECE = 10;

/** Most seconds of one segment, which takes a minute and a half at a quarter of the pace. */
const MOST_SECONDS = 600;

/** Hertz of what can be sound: as much as engines may give. */
const LEAST_RATE = 8_000;
const MOST_RATE = 192_000;

/**
 * Makes sound fit for following other sound: of its format and shape, and with the silence around it that speech of this machine has.
 *
 * @throws {SpeechError} `not_audio` for what is no WAV, `too_large` for more than a segment, `unsupported` for a format or shape that
 *   cannot be made
 */
export async function* convertJob(
  { wav, format, shape, isLast }: ConvertJob,
  signal: AbortSignal,
  createEncoder: CreateEncoder,
): AsyncGenerator<SpeakPiece, void> {
  const { sampleRate } = shape;
  const sound = trimmed(readAnyWav(wav));
  const rest = isLast ? 0 : restBetweenParts(format, sampleRate);
  const samples =
    sound.samples.length === 0
      ? unsaid(sampleRate)
      : withRest(resample(sound.samples, sound.sampleRate, sampleRate), rest, sampleRate);
  signal.throwIfAborted();
  const encoder = await createEncoder(format, samples.length, shape);
  try {
    const step = PIECE * sampleRate;
    for (let at = 0; at < samples.length; at += step) {
      const encoded = await encoder.encode(samples.subarray(at, at + step));
      const isEnd = at + step >= samples.length;
      const bytes = isEnd ? Buffer.concat([encoded, await encoder.finish()]) : encoded;
      signal.throwIfAborted();
      if (bytes.length > 0) yield { bytes, isLast: isEnd };
    }
  } finally {
    encoder.close?.();
  }
}

function trimmed({ samples, sampleRate }: EngineSound): EngineSound {
  if (sampleRate < LEAST_RATE || sampleRate > MOST_RATE) {
    throw new SpeechError('not_audio', 'the sample rate is none between 8 and 192 kHz');
  }
  if (samples.length === 0) throw new SpeechError('not_audio', 'this WAV has no samples');
  if (!samples.every((sample) => Number.isFinite(sample))) {
    throw new SpeechError('not_audio', 'the samples are not all numbers');
  }
  if (samples.length > MOST_SECONDS * sampleRate) throw new SpeechError('too_large', 'the sound is too long');
  return { samples: trimSilence(samples, sampleRate), sampleRate };
}
