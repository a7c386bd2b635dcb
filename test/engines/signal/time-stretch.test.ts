import { expect } from 'chai';
import { stretch } from '../../../lib/engines/signal/time-stretch.js';

const RATE = 16_000;
const HERTZ = 200;
const tone = Float32Array.from({ length: RATE }, (_, index) => 0.5 * Math.sin((2 * Math.PI * HERTZ * index) / RATE));

/** Counts how often a tone rises through zero in a second. */
function pitchOf(samples: Float32Array): number {
  let rises = 0;
  for (let index = 1; index < samples.length; index += 1) {
    if ((samples[index - 1] ?? 0) < 0 && (samples[index] ?? 0) >= 0) rises += 1;
  }
  return (rises * RATE) / samples.length;
}

describe('stretch', () => {
  for (const factor of [0.5, 0.8, 1.25, 1.6]) {
    it(`makes sound ${String(factor)} times as fast, as high and as loud as before`, () => {
      const result = stretch(tone, factor, RATE);
      expect(result.length).to.equal(RATE / factor);
      expect(pitchOf(result)).to.be.closeTo(HERTZ, 4);
      const middle = result.subarray(1_000, result.length - 2_000);
      const loudness = Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
      expect(loudness).to.be.closeTo(0.5 / Math.SQRT2, 0.03);
    });
  }

  it('leaves sound of the right pace alone, and scraps', () => {
    expect(stretch(tone, 1, RATE)).to.equal(tone);
    const scrap = tone.subarray(0, 500);
    expect(stretch(scrap, 2, RATE)).to.equal(scrap);
  });
});
