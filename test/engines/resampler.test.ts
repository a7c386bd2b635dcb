import { expect } from 'chai';
import { resample } from '../../lib/engines/resampler.js';

const tone = (hertz: number, rate: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

/** How loud one frequency is, 1 for a full tone. */
function loudnessAt(hertz: number, samples: Float32Array, rate: number): number {
  let real = 0;
  let imaginary = 0;
  // The edges, where the filter sees the silence around the sound, are left out.
  const middle = samples.subarray(1_000, samples.length - 1_000);
  middle.forEach((sample, index) => {
    const angle = (2 * Math.PI * hertz * index) / rate;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return (2 * Math.hypot(real, imaginary)) / middle.length;
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
