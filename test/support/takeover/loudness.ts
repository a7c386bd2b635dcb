import { RATE } from './decoded.js';

/** Measures of loudness a second. */
const MEASURES = 100;

/** How loud sound is over time: the root mean square of each hundredth of a second. */
export function loudnessOf(samples: Int16Array): Float64Array {
  const size = RATE / MEASURES;
  return Float64Array.from({ length: Math.floor(samples.length / size) }, (_, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at += 1) sum += (samples[at] ?? 0) ** 2;
    return Math.sqrt(sum / size);
  });
}

/** Where a sound is in a longer one, in seconds, and how alike they are there: 1 is the same, 0 has nothing to do with it. */
export interface Found {
  readonly at: number;
  readonly likeness: number;
}

/** Looks for a sound that begins between two moments of a longer one, by the course of its loudness. */
export function find(sound: Float64Array, whole: Float64Array, from: number, to: number): Found {
  let best: Found = { at: from, likeness: -1 };
  for (let at = Math.max(0, Math.round(from * MEASURES)); at <= Math.round(to * MEASURES); at += 1) {
    const likeness = correlation(sound, whole.subarray(at, at + sound.length));
    if (likeness > best.likeness) best = { at: at / MEASURES, likeness };
  }
  return best;
}

/** Pearson's coefficient; of what one of them is too short for, the part that is missing counts as silence. */
function correlation(one: Float64Array, other: Float64Array): number {
  const means = [mean(one), other.reduce((sum, value) => sum + value, 0) / one.length] as const;
  let product = 0;
  let squares = 0;
  let otherSquares = 0;
  for (const [index, value] of one.entries()) {
    const [a, b] = [value - means[0], (other[index] ?? 0) - means[1]];
    product += a * b;
    squares += a * a;
    otherSquares += b * b;
  }
  return product / Math.sqrt(squares * otherSquares || 1);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
