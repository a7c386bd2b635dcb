/** Zero crossings of the filter on each side: the aliases of speech end up 60 dB down. */
const CROSSINGS = 16;
/** Share of the band that is kept, the rest being the filter's slope. */
const BAND = 0.94;

/** Changes the sample rate of a whole piece of sound with a windowed-sinc filter. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const phases = to / divisor;
  const step = from / divisor;
  const filters = phaseFilters(phases, Math.min(1, to / from) * BAND);
  const taps = filters[0]?.length ?? 0;
  const half = taps / 2;
  const result = new Float32Array(Math.floor((samples.length * phases) / step));
  for (let index = 0; index < result.length; index += 1) {
    const position = index * step;
    const filter = filters[position % phases];
    const first = Math.floor(position / phases) - half + 1;
    let sum = 0;
    if (filter !== undefined) {
      for (let tap = 0; tap < taps; tap += 1) sum += (filter[tap] ?? 0) * (samples[first + tap] ?? 0);
    }
    result[index] = sum;
  }
  return result;
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
