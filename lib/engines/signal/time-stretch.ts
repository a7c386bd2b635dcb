/** Seconds of the pieces that sound is taken apart into: a few periods of a low voice. */
const FRAME = 0.03;
/** Seconds by which a piece may be moved to fit the one before it: a period of a low voice. */
const SEARCH = 0.01;
/** Every so many samples are compared to find out how pieces fit; speech has little that would be missed. */
const STRIDE = 4;

/**
 * Makes speech faster without making it higher (WSOLA): pieces are taken from the sound at one distance and put together at another,
 * each moved to where it goes on best from the one before.
 *
 * @param factor how much faster; below 1 it becomes slower
 */
export function stretch(samples: Float32Array, factor: number, sampleRate: number): Float32Array {
  const half = Math.round((FRAME * sampleRate) / 2);
  if (factor === 1 || samples.length < 4 * half) return samples;
  const search = Math.round(SEARCH * sampleRate);
  const window = Float32Array.from({ length: 2 * half }, (_, index) => 0.5 - 0.5 * Math.cos((Math.PI * index) / half));
  const result = new Float32Array(Math.round(samples.length / factor));
  // The first half of the first piece has none before it to be faded in over.
  result.set(samples.subarray(0, Math.min(half, result.length)));
  let before = 0;
  for (let at = 0; at < result.length; at += half) {
    const from = at === 0 ? 0 : bestPosition(samples, Math.round(at * factor), before + half, search, half);
    for (let index = at === 0 ? half : 0; index < 2 * half && at + index < result.length; index += 1) {
      result[at + index] = (result[at + index] ?? 0) + (window[index] ?? 0) * (samples[from + index] ?? 0);
    }
    before = from;
  }
  return result;
}

/** Finds the position near a wished one whose sound is most like that at another, which would go on without a seam. */
function bestPosition(samples: Float32Array, wished: number, like: number, search: number, length: number): number {
  let best = wished;
  let bestLikeness = -Infinity;
  const last = samples.length - length;
  for (let from = Math.max(0, wished - search); from <= Math.min(last, wished + search); from += 1) {
    let likeness = 0;
    for (let index = 0; index < length; index += STRIDE) {
      likeness += (samples[from + index] ?? 0) * (samples[like + index] ?? 0);
    }
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = from;
    }
  }
  return best;
}
