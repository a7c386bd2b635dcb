import { expect } from 'chai';
import fc from 'fast-check';
import { BitWriter } from '../../../lib/engines/encoders/bit-writer.js';

const bitsOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');

describe('BitWriter', () => {
  it('writes numbers of any width one behind the other, most significant bit first', () => {
    const writes = fc.array(fc.tuple(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 0, max: 0xffffffff })));
    fc.assert(
      fc.property(writes, (numbers) => {
        const bits = new BitWriter();
        let expected = '';
        for (const [width, value] of numbers) {
          bits.write(value, width);
          expected += value.toString(2).padStart(32, '0').slice(-width);
        }
        expect(bitsOf(bits.align())).to.equal(expected.padEnd(Math.ceil(expected.length / 8) * 8, '0'));
      }),
    );
  });

  it('writes negative numbers in two’s complement', () => {
    const bits = new BitWriter();
    bits.write(-2, 5);
    expect(bitsOf(bits.align())).to.equal('11110000');
  });

  it('writes zeros and a one, more of them than it had room for', () => {
    const bits = new BitWriter();
    bits.writeUnary(3);
    bits.writeUnary(40_000);
    expect(bitsOf(bits.align()).replace(/0*$/, '')).to.equal(`0001${'0'.repeat(40_000)}1`);
  });
});
