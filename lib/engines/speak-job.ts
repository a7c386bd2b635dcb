import { SpeechError } from '../speech/error.js';
import { SAMPLE_RATE, type SpeechFormat } from '../speech/formats.js';
import type { SpeechWarning } from '../speech/provider.js';
import { segmentsOf } from '../speech/segments.js';
import { createEncoder, type Encoder } from './encoder.js';
import type { EngineSound, SpeechEngine } from './engine.js';
import { resample } from './resampler.js';

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

/** Seconds of rest between two sentences. */
const PAUSE = 0.12;

/** Most seconds of sound for one request: 4096 characters at a quarter of the pace take a quarter of an hour in English. */
const MOST_SECONDS = 3_600;

interface ChosenVoice {
  readonly engine: SpeechEngine;
  readonly voice: string;
}

/**
 * Speaks a text segment by segment. The first value is the head, all others are chunks of the format, none of them empty.
 *
 * @throws {SpeechError} `unsupported` where no engine can speak the text or make the format
 */
export async function* speakJob(
  engines: readonly SpeechEngine[],
  job: SpeakJob,
  signal: AbortSignal,
): AsyncGenerator<SpeakHead | Uint8Array, void, undefined> {
  const { engine, voice } = chooseVoice(engines, job);
  const segments = segmentsOf(job.input);
  const options = { voice, speed: job.speed, signal };
  yield { warnings: job.voice === undefined || job.voice === voice ? [] : ['voice-substituted'] };

  let encoder: Encoder | undefined;
  let seconds = 0;
  for (const [index, segment] of segments.entries()) {
    const samples = at24kHz(await engine.speak(segment, options));
    signal.throwIfAborted();
    seconds += samples.length / SAMPLE_RATE;
    if (seconds > MOST_SECONDS) throw new SpeechError('too_large', 'the speech is too long');
    const isLast = index === segments.length - 1;
    encoder ??= await encoderFor(job.format, segments.length === 1 ? samples.length : 'unknown');
    const chunk = encoder.encode(isLast ? samples : withPause(samples));
    if (chunk.length > 0) yield chunk;
  }
  const rest = encoder?.finish() ?? new Uint8Array();
  if (rest.length > 0) yield rest;
}

/** Finds the engine and voice: the asked voice, else the default, else the first engine that can speak this text. */
function chooseVoice(engines: readonly SpeechEngine[], { input, voice, defaultVoice }: SpeakJob): ChosenVoice {
  const able = engines.filter((engine) => engine.voiceFor(input) !== undefined);
  for (const wish of [voice, defaultVoice]) {
    const engine = able.find(({ voices }) => voices.some(({ id }) => id === wish));
    if (engine !== undefined && wish !== undefined) return { engine, voice: wish };
  }
  const [engine] = able;
  const own = engine?.voiceFor(input);
  if (engine === undefined || own === undefined) {
    throw new SpeechError('unsupported', 'no engine on this machine can speak this text');
  }
  return { engine, voice: own };
}

async function encoderFor(format: SpeechFormat, length: number | 'unknown'): Promise<Encoder> {
  const encoder = await createEncoder(format, length);
  if (encoder === undefined) throw new SpeechError('unsupported', `${format} cannot be made on this machine`);
  return encoder;
}

function at24kHz({ samples, sampleRate }: EngineSound): Float32Array {
  return resample(samples, sampleRate, SAMPLE_RATE);
}

function withPause(samples: Float32Array): Float32Array {
  const longer = new Float32Array(samples.length + PAUSE * SAMPLE_RATE);
  longer.set(samples);
  return longer;
}
