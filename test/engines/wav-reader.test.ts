import { expect } from 'chai';
import { createWavEncoder } from '../../lib/engines/pcm-encoder.js';
import { readWav } from '../../lib/engines/wav-reader.js';

const HALF = new Float32Array(1_000).fill(0.5);
const LIST = Buffer.from('LIST\x08\0\0\0INFOabcd', 'latin1');

describe('readWav', () => {
  const file = (length: number | 'unknown'): Uint8Array => createWavEncoder(length).encode(HALF);

  it('ends at the size that the header states, whatever stands behind', () => {
    const { samples, sampleRate } = readWav(Buffer.concat([file(1_000), LIST]));
    expect(samples).to.have.length(1_000);
    expect(samples.every((sample) => Math.abs(sample - 0.5) < 0.001)).to.equal(true);
    expect(sampleRate).to.equal(24_000);
  });

  it('takes all there is where the size cannot be true', () => {
    expect(readWav(file('unknown')).samples).to.have.length(1_000);
    expect(readWav(file(2_000)).samples).to.have.length(1_000);
    const streamed = Buffer.from(file(1_000));
    streamed.writeUInt32LE(0, 40);
    expect(readWav(streamed).samples).to.have.length(1_000);
  });

  it('refuses what is not WAV, not 16-bit, or no sound', () => {
    expect(() => readWav(Buffer.from('not a wave file at all'))).to.throw('did not write WAV');
    expect(() => readWav(new Uint8Array())).to.throw('wrote no sound');
    const bytes = Buffer.from(file(1_000));
    bytes.writeUInt16LE(24, 34);
    expect(() => readWav(bytes)).to.throw('not 16-bit');
  });
});
