import { expect } from 'chai';
import { restBetweenParts, trimSilence, withRest } from '../../../lib/engines/signal/silence.js';

const sound = (before: number, speech: number, behind: number, loudness = 0.5): Float32Array => {
  const samples = new Float32Array(before + speech + behind).fill(loudness * 0.01);
  return samples.fill(loudness, before, before + speech);
};

describe('trimSilence', () => {
  it('leaves 40 ms of what an engine puts around speech, however loud it is', () => {
    for (const loudness of [0.9, 0.05]) {
      const samples = trimSilence(sound(3_000, 8_000, 2_500, loudness), 16_000);
      expect(samples).to.have.length(640 + 8_000 + 640);
      expect(samples[639]).to.be.closeTo(loudness * 0.01, 1e-6);
      expect(samples[640]).to.be.closeTo(loudness, 1e-6);
    }
  });

  it('leaves less where there was less', () => {
    expect(trimSilence(sound(100, 8_000, 0), 16_000)).to.have.length(8_100);
  });

  it('leaves nothing of silence alone', () => {
    expect(trimSilence(new Float32Array(16_000), 16_000)).to.have.length(0);
    expect(trimSilence(new Float32Array(), 16_000)).to.have.length(0);
  });
});

describe('a rest', () => {
  it('is silence behind the sound', () => {
    expect([...withRest(Float32Array.of(0.5, 0.25), 0.001, 4_000)]).to.deep.equal([0.5, 0.25, 0, 0, 0, 0]);
  });

  it('between parts is shorter by what the format puts there itself, and never less than nothing', () => {
    expect(restBetweenParts('pcm', 24_000)).to.equal(0.12);
    expect(restBetweenParts('mp3', 24_000)).to.be.closeTo(0.06, 0.001);
    expect(restBetweenParts('aac', 8_000)).to.equal(0);
  });
});
