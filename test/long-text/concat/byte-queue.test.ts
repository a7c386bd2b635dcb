import { expect } from 'chai';
import fc from 'fast-check';
import { ByteQueue } from '../../../lib/long-text/concat/byte-queue.js';

const steps = fc.array(fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.nat(60)), { maxLength: 40 });

describe('the byte queue', () => {
  it('holds what was added and not taken, and what it has shown stays as it was', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new ByteQueue();
        let expected = Buffer.alloc(0);
        const shown: (readonly [view: Uint8Array, copy: Buffer])[] = [];
        for (const step of all) {
          if (typeof step === 'number') {
            queue.skip(step);
            expected = expected.subarray(Math.min(step, expected.length));
          } else {
            queue.add(step);
            expected = Buffer.concat([expected, step]);
          }
          expect(Buffer.from(queue.bytes).equals(expected)).to.equal(true);
          expect(queue.length).to.equal(expected.length);
          shown.push([queue.bytes, Buffer.from(expected)]);
        }
        for (const [view, copy] of shown) expect(Buffer.from(view).equals(copy)).to.equal(true);
      }),
    );
  });

  it('writes into nothing that it was given', () => {
    const given = new Uint8Array(100).subarray(0, 10);
    const queue = new ByteQueue();
    queue.add(given);
    queue.add(Uint8Array.of(1, 2, 3));
    expect(new Uint8Array(given.buffer).every((byte) => byte === 0)).to.equal(true);
  });

  it('copies little, in however small pieces it comes', () => {
    const queue = new ByteQueue();
    const buffers = new Set<ArrayBufferLike>();
    for (let at = 0; at < 65_536; at += 1) {
      queue.add(Uint8Array.of(at));
      buffers.add(queue.bytes.buffer);
    }
    expect(buffers.size).to.be.below(40);
  });
});
