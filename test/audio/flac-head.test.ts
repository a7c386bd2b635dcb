import { expect } from 'chai';
import fc from 'fast-check';
import { flacHead, readFlacInfo } from '../../lib/audio/flac-head.js';
import { soundIn } from '../support/audio.js';

describe('the head of FLAC', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 20 - 1 }),
        fc.constantFrom<1 | 2>(1, 2),
        fc.constantFrom(8, 16, 24, 32),
        fc.option(fc.integer({ min: 1, max: 2 ** 36 - 2 }), { nil: undefined }),
        (sampleRate, channels, bits, samples) => {
          const shape = { sampleRate, channels, ...(bits === 16 ? {} : { bitsPerSample: bits }) };
          const info = { shape, leastBlock: 16, mostBlock: 4_608, samples };
          const head = flacHead(info);
          expect(Buffer.from(head.subarray(0, 8)).toString('latin1')).to.equal('fLaC\u0080\0\0"');
          expect(readFlacInfo(head.subarray(8))).to.deep.equal(info);
        },
      ),
    );
  });

  it('reads what the reference encoder writes', () => {
    expect(readFlacInfo(soundIn('flac').subarray(8, 42))).to.deep.equal({
      shape: { sampleRate: 24_000, channels: 1 },
      leastBlock: 4_096,
      mostBlock: 4_096,
      samples: 1_440,
    });
  });

  it('takes a length that nobody can know for none, and more than two channels for nothing', () => {
    const shape = { sampleRate: 24_000, channels: 1 } as const;
    const head = Buffer.from(flacHead({ shape, leastBlock: 16, mostBlock: 16, samples: 2 ** 36 - 1 }));
    expect(readFlacInfo(head.subarray(8))?.samples).to.equal(undefined);
    head.writeUInt8(head.readUInt8(20) | 4, 20);
    expect(readFlacInfo(head.subarray(8))).to.equal(undefined);
  });
});
