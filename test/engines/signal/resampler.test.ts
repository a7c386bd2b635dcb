import { expect } from 'chai';
import fc from 'fast-check';
import { resample, Resampler } from '../../../lib/engines/signal/resampler.js';

const tone = (hertz: number, rate: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

/** How loud one frequency is, 1 for a full tone. */
function loudnessAt(hertz: number, samples: Float32Array, rate: number): number {
  const { real, imaginary } = waveAt(hertz, samples, rate);
  return 2 * Math.hypot(real, imaginary);
}

/** How much of one frequency there is, per sample, by its phase. */
function waveAt(hertz: number, samples: Float32Array, rate: number): { real: number; imaginary: number } {
  let real = 0;
  let imaginary = 0;
  // The edges, where the filter sees the silence around the sound, are left out.
  const middle = samples.subarray(1_000, samples.length - 1_000);
  middle.forEach((sample, index) => {
    const angle = (2 * Math.PI * hertz * index) / rate;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return { real: real / middle.length, imaginary: imaginary / middle.length };
}

/** What is left of a tone when the tone is taken away, as a share of it in decibels. */
function noiseBeside(hertz: number, samples: Float32Array, rate: number): number {
  const { real, imaginary } = waveAt(hertz, samples, rate);
  let noise = 0;
  const middle = samples.subarray(1_000, samples.length - 1_000);
  middle.forEach((sample, index) => {
    const angle = (2 * Math.PI * hertz * index) / rate;
    noise += (sample - 2 * real * Math.cos(angle) - 2 * imaginary * Math.sin(angle)) ** 2;
  });
  return 10 * Math.log10(noise / middle.length / 0.5);
}

describe('resample', () => {
  for (const from of [16_000, 22_050, 44_100, 48_000]) {
    it(`keeps a tone, its length and its loudness from ${String(from)} to 24000 Hz`, () => {
      const result = resample(tone(1_000, from), from, 24_000);
      expect(result.length).to.be.closeTo(12_000, 1);
      expect(loudnessAt(1_000, result, 24_000)).to.be.closeTo(1, 0.01);
      expect(loudnessAt(2_000, result, 24_000)).to.be.below(0.01);
    });
  }

  it('removes what the new rate cannot carry, instead of folding it down', () => {
    const result = resample(tone(15_000, 48_000), 48_000, 24_000);
    expect(loudnessAt(9_000, result, 24_000)).to.be.below(0.01);
  });

  it('leaves sound of the right rate alone', () => {
    const samples = tone(440, 24_000);
    expect(resample(samples, 24_000, 24_000)).to.equal(samples);
  });
});

describe('Resampler', () => {
  const RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 22_051];

  function inPieces(samples: Float32Array, cuts: readonly number[], resampler: Resampler): number[] {
    const result: number[] = [];
    let at = 0;
    for (const cut of cuts) {
      result.push(...resampler.add(samples.subarray(at, at + cut)));
      at += cut;
    }
    result.push(...resampler.add(samples.subarray(at)), ...resampler.finish());
    return result;
  }

  it('makes of pieces, wherever they are cut, sample by sample what it makes of the whole', () => {
    const rate = fc.constantFrom(...RATES);
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(rate, rate, fc.nat(2_000), cuts, (from, to, length, at) => {
        const samples = Float32Array.from({ length }, (_, index) => Math.sin(index * index));
        expect(inPieces(samples, at, new Resampler(from, to))).to.deep.equal([...resample(samples, from, to)]);
      }),
      { numRuns: 200 },
    );
  });

  it('knows beforehand how many samples there will be', () => {
    const rate = fc.constantFrom(...RATES);
    fc.assert(
      fc.property(rate, rate, fc.nat(3_000), (from, to, length) => {
        const resampler = new Resampler(from, to);
        const expected = resampler.lengthOf(length);
        expect(inPieces(new Float32Array(length), [], resampler)).to.have.length(expected);
        expect(expected).to.equal(Math.floor((length * to) / from));
      }),
    );
  });

  for (const from of [22_050, 22_051, 23_999, 191_999]) {
    it(`adds no noise that could be heard from ${from} Hz, though not every rate has filters of its own`, () => {
      for (const hertz of [440, 3_000, 6_000]) {
        expect(noiseBeside(hertz, resample(tone(hertz, from), from, 24_000), 24_000)).to.be.below(-60);
      }
    });
  }
});
