import { OWN_SHAPE, type SpeechFormat } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechWarning } from '../../speech/provider.js';
import type { SpeechPart } from '../../speech/request.js';
import { isPronounceable } from '../../text/pronounceable.js';
import { SEGMENT_LIMITS, segmentsOf, squeezeRuns, type SegmentLimits } from '../../text/segment.js';
import type { CreateEncoder, Encoder } from '../encoders/encoder.js';
import type { EngineSound, SpeakOptions, SpeechEngine } from '../engine.js';
import { resample } from '../signal/resampler.js';
import { PAUSE, restBetweenParts, trimSilence, unsaid, withRest } from '../signal/silence.js';
import { checkSound } from '../signal/sound-check.js';

/** What a worker is asked to speak, as plain data. */
export interface SpeakJob {
  readonly input: string;
  readonly format: SpeechFormat;
  readonly speed: number;
  /** The asked voice, mapped already. */
  readonly voice: string | undefined;
  /** The voice for those who ask for none, or for one that there is not. */
  readonly defaultVoice: string | undefined;
  /** Set where the input is a segment of a longer text, and its sound is to follow that of others. */
  readonly part?: SpeechPart;
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
 * makes no sound ends without a last piece; where it is part of a longer one, it becomes a short rest.
 *
 * @throws {SpeechError} `unsupported` where no engine can speak the text or make the format
 */
export async function* speakJob(
  engines: readonly SpeechEngine[],
  job: SpeakJob,
  signal: AbortSignal,
  createEncoder: CreateEncoder,
): AsyncGenerator<SpeakHead | SpeakPiece, void> {
  const { format, part } = job;
  const { engine, voice } = chooseVoice(engines, job);
  const segments = segmentsOf(engine.write?.(squeezeRuns(job.input)) ?? squeezeRuns(job.input), limitsAt(job));
  // A part of signs alone may be written as nothing, and has its place in the speech all the same.
  if (part !== undefined && segments.length === 0) segments.push('');
  const options = { voice, speed: job.speed, signal };
  const speak = part === undefined ? speakSegment : speakOfPart;
  const shape = part?.shape ?? OWN_SHAPE;
  const { sampleRate } = shape;
  const isFollowed = part !== undefined && part.index + (part.length ?? 1) < part.count;
  const lastRest = isFollowed ? restBetweenParts(format, sampleRate) : 0;
  yield { warnings: job.voice === undefined || job.voice === voice ? [] : ['voice-substituted'] };

  let encoder: Encoder | undefined;
  let seconds = 0;
  try {
    for (const [index, segment] of segments.entries()) {
      const sound = await speak(engine, segment, options);
      signal.throwIfAborted();
      const isLast = index === segments.length - 1;
      const samples =
        sound === undefined
          ? unsaid(sampleRate)
          : withRest(resample(sound.samples, sound.sampleRate, sampleRate), isLast ? lastRest : PAUSE, sampleRate);
      seconds += samples.length / sampleRate;
      if (seconds > MOST_SECONDS) throw new SpeechError('too_large', 'the speech is too long');
      encoder ??= await createEncoder(format, segments.length === 1 ? samples.length : 'unknown', shape);
      const encoded = await encoder.encode(samples);
      const bytes = isLast ? Buffer.concat([encoded, await encoder.finish()]) : encoded;
      signal.throwIfAborted();
      if (bytes.length > 0) yield { bytes, isLast };
    }
  } finally {
    encoder?.close?.();
  }
}

async function speakSegment(engine: SpeechEngine, segment: string, options: SpeakOptions): Promise<EngineSound> {
  const sound = await engine.speak(segment, options);
  checkSound(sound, segment);
  return sound;
}

/** Speaks what is to stand between other parts, without the silence around it. Undefined where there is nothing to say. */
async function speakOfPart(
  engine: SpeechEngine,
  segment: string,
  options: SpeakOptions,
): Promise<EngineSound | undefined> {
  try {
    const sound = await speakSegment(engine, segment, options);
    const samples = trimSilence(sound.samples, sound.sampleRate);
    return samples.length === 0 ? undefined : { ...sound, samples };
  } catch (error) {
    // Some engines fail for signs alone, which others spell out.
    if (isPronounceable(segment)) throw error;
    return undefined;
  }
}

/**
 * Cuts slow speech shorter, so that a segment always takes about as long to make, and what begins the speech, for which somebody
 * waits.
 */
function limitsAt({ speed, part }: SpeakJob): SegmentLimits {
  const { least, most } = SEGMENT_LIMITS;
  const share = Math.min(1, speed);
  const limits = { least, most: Math.round(most * Math.max(LEAST_SHARE, share)) };
  return part === undefined || part.index === 0 ? { ...limits, first: Math.round(FIRST_MOST * share) } : limits;
}

/**
 * Finds the engine and voice: the asked voice, else the default, else the first engine that can speak this text. All of a long text
 * is looked at for each of its parts, so that the voice never changes from one sentence to the next.
 */
function chooseVoice(engines: readonly SpeechEngine[], { input, part, voice, defaultVoice }: SpeakJob): ChosenVoice {
  const text = part?.whole ?? input;
  const able = engines.flatMap((engine) => {
    const own: unknown = engine.voiceFor(text);
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
