import { SpeechError } from '../speech/error.js';
import { SAMPLE_RATE, type SpeechFormat } from '../speech/formats.js';
import type { SpeechWarning } from '../speech/provider.js';
import { SEGMENT_LIMITS, segmentsOf, squeezeRuns, type SegmentLimits } from '../speech/segments.js';
import { createEncoder, type Encoder } from './encoder.js';
import type { SpeechEngine } from './engine.js';
import { resample } from './resampler.js';
import { checkSound } from './sound-check.js';

/** What a worker is asked to speak, as plain data. */
export interface SpeakJob {
  readonly input: string;
  readonly format: SpeechFormat;
  readonly speed: number;
  /** The asked voice, mapped already. */
  readonly voice: string | undefined;
  /** The voice for those who ask for none, or for one that there is not. */
  readonly defaultVoice: string | undefined;
}

/** What is known before the first chunk. */
export interface SpeakHead {
  readonly warnings: readonly SpeechWarning[];
}

/** A piece of the format, never empty. */
export interface SpeakPiece {
  readonly bytes: Uint8Array;
  /** Whether all is said with it. */
  readonly isLast: boolean;
}

/** Most letters of the first segment: flite makes ten seconds of sound of them in a third of one. */
const FIRST_MOST = 150;

/** Least share of its usual length to which a segment of slow speech is cut, the first apart: shorter ones would lose the melody. */
const LEAST_SHARE = 0.4;

/** Seconds of rest between two sentences. */
const PAUSE = 0.12;

/**
 * Most seconds of sound for one request. The longest that is meant to be spoken, 4096 characters of Chinese at a quarter of the
 * pace, takes over an hour.
 */
const MOST_SECONDS = 7_200;

interface ChosenVoice {
  readonly engine: SpeechEngine;
  readonly voice: string;
}

/**
 * Speaks a text segment by segment. The first value is the head, all others are pieces of the format. Text of which an engine
 * makes no sound ends without a last piece.
 *
 * @throws {SpeechError} `unsupported` where no engine can speak the text or make the format
 */
export async function* speakJob(
  engines: readonly SpeechEngine[],
  job: SpeakJob,
  signal: AbortSignal,
): AsyncGenerator<SpeakHead | SpeakPiece, void, undefined> {
  const { engine, voice } = chooseVoice(engines, job);
  const segments = segmentsOf(engine.write?.(squeezeRuns(job.input)) ?? squeezeRuns(job.input), limitsAt(job.speed));
  const options = { voice, speed: job.speed, signal };
  yield { warnings: job.voice === undefined || job.voice === voice ? [] : ['voice-substituted'] };

  let encoder: Encoder | undefined;
  let seconds = 0;
  for (const [index, segment] of segments.entries()) {
    const sound = await engine.speak(segment, options);
    signal.throwIfAborted();
    checkSound(sound, segment);
    const samples = resample(sound.samples, sound.sampleRate, SAMPLE_RATE);
    seconds += samples.length / SAMPLE_RATE;
    if (seconds > MOST_SECONDS) throw new SpeechError('too_large', 'the speech is too long');
    encoder ??= await encoderFor(job.format, segments.length === 1 ? samples.length : 'unknown');
    const isLast = index === segments.length - 1;
    const bytes = isLast
      ? Buffer.concat([encoder.encode(samples), encoder.finish()])
      : encoder.encode(withPause(samples));
    if (bytes.length > 0) yield { bytes, isLast };
  }
}

/** Cuts slow speech shorter, so that a segment always takes about as long to make. */
function limitsAt(speed: number): SegmentLimits {
  const { least, most } = SEGMENT_LIMITS;
  const share = Math.min(1, speed);
  return { least, most: Math.round(most * Math.max(LEAST_SHARE, share)), first: Math.round(FIRST_MOST * share) };
}

/** Finds the engine and voice: the asked voice, else the default, else the first engine that can speak this text. */
function chooseVoice(engines: readonly SpeechEngine[], { input, voice, defaultVoice }: SpeakJob): ChosenVoice {
  const able = engines.flatMap((engine) => {
    const own: unknown = engine.voiceFor(input);
    if (own === undefined) return [];
    if (typeof own !== 'string') throw new SpeechError('engine_failed', 'the engine’s voice for a text is no string');
    return [{ engine, voice: own }];
  });
  for (const wish of [voice, defaultVoice]) {
    const chosen = able.find(({ engine }) => engine.voices.some(({ id }) => id === wish));
    if (chosen !== undefined && wish !== undefined) return { engine: chosen.engine, voice: wish };
  }
  const [first] = able;
  if (first === undefined) throw new SpeechError('unsupported', 'no engine on this machine can speak this text');
  return first;
}

async function encoderFor(format: SpeechFormat, length: number | 'unknown'): Promise<Encoder> {
  const encoder = await createEncoder(format, length);
  if (encoder === undefined) throw new SpeechError('unsupported', `${format} cannot be made on this machine`);
  return encoder;
}

function withPause(samples: Float32Array): Float32Array {
  const longer = new Float32Array(samples.length + PAUSE * SAMPLE_RATE);
  longer.set(samples);
  return longer;
}
