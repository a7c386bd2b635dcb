import { SpeechError } from '../../speech/error.js';
import { isPronounceable } from '../../text/pronounceable.js';
import type { EngineSound } from '../engine.js';

const LEAST_RATE = 8_000;
const MOST_RATE = 192_000;
/** Loudness (root mean square) below which there is no speech: speech has 0.03 to 0.27, an engine's silence 0. */
const SILENCE = 0.003;

/**
 * Checks what an engine made of a segment, before it is taken for speech.
 *
 * @throws {SpeechError} `engine_failed` when it is no sound, or silence where there were words
 */
export function checkSound(sound: EngineSound, segment: string): void {
  const { samples, sampleRate } = sound as Partial<EngineSound>;
  if (!(samples instanceof Float32Array)) throw new SpeechError('engine_failed', 'the engine gave no samples');
  if (!Number.isInteger(sampleRate) || Number(sampleRate) < LEAST_RATE || Number(sampleRate) > MOST_RATE) {
    throw new SpeechError('engine_failed', 'the engine’s sample rate is none between 8 and 192 kHz');
  }
  const loudness = loudnessOf(samples);
  if (!Number.isFinite(loudness)) throw new SpeechError('engine_failed', 'the engine’s samples are not all numbers');
  if (loudness < SILENCE && isPronounceable(segment)) {
    throw new SpeechError('engine_failed', 'the engine gave silence for words');
  }
}

function loudnessOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
