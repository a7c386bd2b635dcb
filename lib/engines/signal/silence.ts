import type { SpeechFormat } from '../../audio/formats.js';

/** Seconds of rest between two sentences. */
export const PAUSE = 0.12;

/** Seconds in place of a segment in which there is nothing to say. With what is left of the silence on its sides it is a longer pause. */
const UNSAID = 0.06;

/** Seconds of an engine's own silence that stay before and behind its speech: the quiet beginning of an f or an s is within. */
const MARGIN = 0.04;

/** Share of the loudest sample below which there is no speech yet: 36 dB. flite's own noise stays 40 dB below. */
const QUIET = 0.016;

/**
 * Samples of silence that a format puts around whatever it is given, on the average: the delay of its encoder and decoder, and what
 * fills the last frame. Measured: 1159 to 1724 for LAME at 24 kHz, 1024 to 2047 for AAC.
 */
const ENCODED_SILENCE: Partial<Record<SpeechFormat, number>> = { mp3: 1_434, aac: 1_536 };

/** Cuts off the silence around speech but for a margin. All of it is cut off where there is nothing else. */
export function trimSilence(samples: Float32Array, sampleRate: number): Float32Array {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const isSpeech = (sample: number): boolean => Math.abs(sample) > QUIET * loudest;
  const first = samples.findIndex(isSpeech);
  if (first === -1) return new Float32Array();
  const last = samples.findLastIndex(isSpeech);
  const margin = Math.round(MARGIN * sampleRate);
  return samples.subarray(Math.max(0, first - margin), last + 1 + margin);
}

/** Makes what stands for a segment in which there is nothing to say. */
export function unsaid(sampleRate: number): Float32Array {
  return new Float32Array(Math.round(UNSAID * sampleRate));
}

/** Adds a rest behind sound. */
export function withRest(samples: Float32Array, seconds: number, sampleRate: number): Float32Array {
  const longer = new Float32Array(samples.length + Math.round(seconds * sampleRate));
  longer.set(samples);
  return longer;
}

/** Seconds of rest at the end of a part that others follow: a pause less the silence that the format itself adds there. */
export function restBetweenParts(format: SpeechFormat, sampleRate: number): number {
  return Math.max(0, PAUSE - (ENCODED_SILENCE[format] ?? 0) / sampleRate);
}
