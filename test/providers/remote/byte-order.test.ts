import { expect } from 'chai';
import fc from 'fast-check';
import { findByteOrder } from '../../../lib/providers/remote/byte-order.js';
import { encodeSamples } from '../../support/encode-samples.js';
import { toneAt } from '../../support/tone.js';

const TONE = [...toneAt(24_000, 0.1)];

describe('findByteOrder', () => {
  it('finds it in loud sound and in quiet, in one channel and in several', () => {
    for (const loudness of [1, 0.1, 0.01, 0.001]) {
      for (const channels of [1, 2]) {
        for (const encoding of ['s16le', 's16be', 's24le', 's24be'] as const) {
          const samples = TONE.flatMap((sample) => Array<number>(channels).fill(sample * loudness));
          const little = encoding.startsWith('s16') ? 's16le' : 's24le';
          const found = findByteOrder(encodeSamples(samples, encoding), { encoding: little, channels });
          expect(found, `${encoding} at ${String(loudness)}`).to.equal(encoding);
        }
      }
    }
  });

  it('waits through silence, however long, and for enough sound', () => {
    const layout = { encoding: 's16le', channels: 1 } as const;
    const silence = Buffer.alloc(100_000);
    expect(findByteOrder(silence, layout)).to.equal('unknown');
    for (const encoding of ['s16le', 's16be'] as const) {
      const sound = encodeSamples(TONE, encoding);
      const bytes = Buffer.concat([silence, sound]);
      expect(findByteOrder(bytes.subarray(0, 100_300), layout)).to.equal('unknown');
      expect(findByteOrder(bytes, layout)).to.equal(encoding);
      expect(findByteOrder(sound.subarray(0, 200), layout, true)).to.equal(encoding);
    }
  });

  it('takes the order of the standard where the sound does not tell', () => {
    expect(findByteOrder(Buffer.alloc(50), { encoding: 's16le', channels: 1 }, true)).to.equal('s16be');
    expect(findByteOrder(Buffer.alloc(0), { encoding: 's16le', channels: 1 }, true)).to.equal('s16be');
  });

  it('leaves alone what has no order, or says it', () => {
    for (const encoding of ['u8', 's16be', 'f32le'] as const) {
      expect(findByteOrder(Buffer.alloc(4), { encoding, channels: 1 })).to.equal(encoding);
    }
  });

  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 8 }), fc.boolean(), (bytes, channels, isEnd) => {
        const found = findByteOrder(Buffer.from(bytes), { encoding: 's24le', channels }, isEnd);
        expect(found).to.be.oneOf(['unknown', 's24le', 's24be']);
      }),
    );
  });
});
