import { expect } from 'chai';
import { readSamples, SAMPLE_ENCODINGS, sampleSize } from '../../../lib/engines/signal/samples.js';
import { encodeSamples } from '../../support/encode-samples.js';

const SAMPLES = [0, 0.5, -0.5, 0.25, -1];

describe('readSamples', () => {
  for (const encoding of SAMPLE_ENCODINGS) {
    it(`reads ${encoding}, which takes as many bytes as it says`, () => {
      const bytes = encodeSamples(SAMPLES, encoding);
      expect(bytes).to.have.length(SAMPLES.length * sampleSize(encoding));
      expect([...readSamples(bytes, encoding, 1)]).to.deep.equal(SAMPLES);
    });
  }

  it('reads from an odd place in memory', () => {
    const bytes = Buffer.concat([Buffer.of(7), encodeSamples(SAMPLES, 'f32le')]).subarray(1);
    expect([...readSamples(bytes, 'f32le', 1)]).to.deep.equal(SAMPLES);
  });

  it('mixes channels into one, and leaves out what is no whole frame', () => {
    const bytes = Buffer.concat([encodeSamples([0.5, -0.5, 0.25, 0.5, 0, 0.5], 's16le'), Buffer.of(1)]);
    expect([...readSamples(bytes, 's16le', 2)]).to.deep.equal([0, 0.375, 0.25]);
    expect(readSamples(bytes, 's16le', 4)).to.have.length(1);
  });
});
