import { RATE } from './decoded.js';

/** Measures of loudness a second. */
const MEASURES = 100;
/** Seconds that each of them takes in: several periods of a voice, so that it does not matter where in a period it begins. */
const WINDOW = 0.04;

/** How loud sound is over time: the root mean square around each hundredth of a second. */
export function loudnessOf(samples: Int16Array): Float64Array {
  const step = RATE / MEASURES;
  const size = RATE * WINDOW;
  return Float64Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const start = Math.max(0, index * step - (size - step) / 2);
    const window = samples.subarray(start, start + size);
    return Math.sqrt(window.reduce((sum, sample) => sum + sample ** 2, 0) / size);
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
