import { expect } from 'chai';
import fc from 'fast-check';
import { sumOfFrame } from '../../lib/audio/flac-checksum.js';
import {
  flacFrameHeader,
  flacFrameUnder,
  LONGEST_FLAC_HEADER,
  readFlacFrameHeader,
  silentFlacFrame,
} from '../../lib/audio/flac-frame-header.js';
import type { SoundShape } from '../../lib/audio/formats.js';
import { soundIn } from '../support/audio.js';
import { flacFrames } from '../support/flac.js';

const shapes: fc.Arbitrary<SoundShape> = fc.record({
  sampleRate: fc.constantFrom(8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 65_535),
  channels: fc.constantFrom<1 | 2>(1, 2),
  bitsPerSample: fc.constantFrom(8, 12, 16, 20, 24, 32),
});
const places = fc.record({
  counts: fc.constantFrom<'frames' | 'samples'>('frames', 'samples'),
  number: fc.oneof(
    fc.nat(300),
    fc.maxSafeNat().map((number) => number % 2 ** 36),
  ),
});
const lengths = fc.integer({ min: 1, max: 65_536 });

describe('the header of a FLAC frame', () => {
  it('is read as it was written, whatever it says', () => {
    fc.assert(
      fc.property(shapes, lengths, places, (shape, samples, place) => {
        const header = flacFrameHeader(shape, samples, place);
        expect(header.length).to.be.at.most(LONGEST_FLAC_HEADER);
        const { sampleRate, channels, bitsPerSample } = shape;
        const expected = { length: header.length, samples, sampleRate, channels, bitsPerSample };
        expect(readFlacFrameHeader(Buffer.concat([Buffer.alloc(3), header]), 3)).to.deep.include(expected);
        for (let length = 0; length < header.length; length += 1) {
          expect(readFlacFrameHeader(header.subarray(0, length))).to.equal('need-more');
        }
      }),
    );
  });

  it('is none of its length with a single bit turned over', () => {
    fc.assert(
      fc.property(shapes, lengths, places, fc.nat(), (shape, samples, place, at) => {
        const written = flacFrameHeader(shape, samples, place);
        const { length } = written;
        const header = Buffer.concat([written, Buffer.alloc(LONGEST_FLAC_HEADER)]);
        const bit = at % (8 * length);
        header.writeUInt8(header.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        // A bit that says where the header ends has another byte taken for the sum, and that one may fit.
        expect(readFlacFrameHeader(header)).to.satisfy(
          (read: ReturnType<typeof readFlacFrameHeader>) => typeof read !== 'object' || read.length !== length,
        );
      }),
    );
  });

  it('reads what the reference encoder writes', () => {
    const file = soundIn('flac');
    const at = file.indexOf(Buffer.from([0xff, 0xf8]));
    const header = readFlacFrameHeader(file, at);
    expect(header).to.deep.include({ sampleRate: 24_000, channels: 1, bitsPerSample: 16 });
    expect(header).to.have.property('samples', flacFrames(file.subarray(at))[0]?.samples);
  });

  it('reads rates that follow behind the number, in each of their units', () => {
    for (const [code, bytes, hertz] of [
      [12, [44], 44_000],
      [13, [0x2b, 0x11], 11_025],
      [14, [0x11, 0x3a], 44_100],
      [0, [], 0],
    ] as const) {
      const header = [0xff, 0xf8, (1 << 4) | code, 8, 0, ...bytes];
      const sum = flacSum(header);
      expect(readFlacFrameHeader(Uint8Array.of(...header, sum))).to.deep.include({ sampleRate: hertz, samples: 192 });
    }
  });

  it('can be put in the place of another, and the frame has its own sum then', () => {
    const shape = { sampleRate: 24_000, channels: 1 } as const;
    const frame = silentFlacFrame(shape, 4_096, { counts: 'frames', number: 3 });
    const header = readFlacFrameHeader(frame);
    if (typeof header !== 'object') throw new Error('there is no header');
    const place = { counts: 'samples', number: 2 ** 35 + 7 } as const;
    const moved = flacFrameUnder(flacFrameHeader(shape, 4_096, place), frame, header);
    expect(moved.length).to.equal(frame.length + 6);
    expect(sumOfFrame(moved)).to.equal(0);
    expect(flacFrames(Buffer.from(moved))).to.deep.include.members([
      { isVariable: true, number: 2 ** 35 + 7, samples: 4_096, body: Buffer.alloc(3), end: moved.length },
    ]);
  });
});

/** The sum of a header, bit by bit. */
function flacSum(bytes: readonly number[]): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return sum;
}
