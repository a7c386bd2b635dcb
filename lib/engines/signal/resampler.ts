/** Zero crossings of the filter on each side: the aliases of speech end up 60 dB down. */
const CROSSINGS = 16;
/** Share of the band that is kept, the rest being the filter's slope. */
const BAND = 0.94;

/**
 * Most positions between two old samples that there is a filter for. The usual rates need 320 at the most; at others the nearest is
 * taken, whose noise is below that of the aliases, in place of filters by the megabyte.
 */
const MOST_FILTERS = 1_000;

/** Changes the sample rate of a whole piece of sound with a windowed-sinc filter. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const resampler = new Resampler(from, to);
  const parts = [resampler.add(samples), resampler.finish()];
  const result = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/**
 * Changes the sample rate of sound that comes piece by piece. Where the pieces begin and end cannot be heard: together they become
 * sample by sample what the whole would.
 */
export class Resampler {
  readonly #isNeeded: boolean;
  /** New samples to so many old ones. */
  readonly #phases: number;
  readonly #step: number;
  readonly #filters: readonly Float32Array[];
  readonly #taps: number;
  /** The old samples that new ones still need, with silence before the first. */
  #held: Float32Array;
  /** Where the next new sample is: whole old samples from the first that is held, and phases beyond. */
  #at = 0;
  #phase = 0;
  #taken = 0;
  #given = 0;

  constructor(from: number, to: number) {
    this.#isNeeded = from !== to;
    const divisor = greatestCommonDivisor(from, to);
    this.#phases = to / divisor;
    this.#step = from / divisor;
    this.#filters = this.#isNeeded
      ? phaseFilters(Math.min(this.#phases, MOST_FILTERS), Math.min(1, to / from) * BAND)
      : [];
    this.#taps = this.#filters[0]?.length ?? 0;
    this.#held = new Float32Array(Math.max(0, this.#taps / 2 - 1));
  }

  /** Returns how many samples that many become. */
  lengthOf(samples: number): number {
    return Math.floor((samples * this.#phases) / this.#step);
  }

  /** Takes a piece, and returns what is settled by it: all but the last few samples, which depend on what follows. */
  add(samples: Float32Array): Float32Array {
    this.#taken += samples.length;
    return this.#isNeeded ? this.#filter(samples) : samples;
  }

  /** Returns the last samples, as if silence followed. */
  finish(): Float32Array {
    if (!this.#isNeeded) return new Float32Array();
    const missing = this.lengthOf(this.#taken) - this.#given;
    return this.#filter(new Float32Array(this.#taps / 2)).subarray(0, missing);
  }

  #filter(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#held.length + samples.length);
    input.set(this.#held);
    input.set(samples, this.#held.length);
    // New samples whose filter ends within what is there.
    const room = (input.length - this.#taps - this.#at + 1) * this.#phases - 1 - this.#phase;
    const result = new Float32Array(Math.max(0, Math.floor(room / this.#step) + 1));
    for (let index = 0; index < result.length; index += 1) {
      const filter = this.#filters[Math.floor((this.#phase * this.#filters.length) / this.#phases)];
      let sum = 0;
      if (filter !== undefined) {
        for (let tap = 0; tap < this.#taps; tap += 1) sum += (filter[tap] ?? 0) * (input[this.#at + tap] ?? 0);
      }
      result[index] = sum;
      this.#phase += this.#step;
      this.#at += Math.floor(this.#phase / this.#phases);
      this.#phase %= this.#phases;
    }
    const used = Math.min(this.#at, input.length);
    this.#held = input.slice(used);
    this.#at -= used;
    this.#given += result.length;
    return result;
  }
}

/** Makes one filter for each position that a new sample can have between two old ones. */
function phaseFilters(phases: number, cutoff: number): Float32Array[] {
  const half = Math.ceil(CROSSINGS / cutoff);
  return Array.from({ length: phases }, (_, phase) => {
    const filter = Float32Array.from({ length: 2 * half }, (__, tap) => {
      const distance = tap - half + 1 - phase / phases;
      return cutoff * sinc(cutoff * distance) * blackman(distance / half);
    });
    // The same loudness whatever the phase.
    const sum = filter.reduce((total, weight) => total + weight, 0);
    return filter.map((weight) => weight / sum);
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
