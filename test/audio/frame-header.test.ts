import { expect } from 'chai';
import { readAdtsHeader, readMp3Header, type FrameHeader } from '../../lib/audio/frame-header.js';

const STEREO = 0x00;
const MONO = 0xc0;

/** Headers as ISO/IEC 11172-3 and 13818-3 have them, and what they say. */
const MP3: [what: string, bytes: readonly number[], said: Omit<FrameHeader, 'kind'>][] = [
  ['MPEG 1, 128 kbit/s', [0xff, 0xfb, 0x90, STEREO], { length: 417, sampleRate: 44_100, channels: 2, samples: 1_152 }],
  ['the same, padded', [0xff, 0xfb, 0x92, STEREO], { length: 418, sampleRate: 44_100, channels: 2, samples: 1_152 }],
  ['the same, private', [0xff, 0xfb, 0x91, STEREO], { length: 417, sampleRate: 44_100, channels: 2, samples: 1_152 }],
  [
    'the same with a checksum',
    [0xff, 0xfa, 0x90, STEREO],
    { length: 417, sampleRate: 44_100, channels: 2, samples: 1_152 },
  ],
  [
    'the same with one channel',
    [0xff, 0xfb, 0x90, MONO],
    { length: 417, sampleRate: 44_100, channels: 1, samples: 1_152 },
  ],
  ['joint stereo', [0xff, 0xfb, 0x90, 0x64], { length: 417, sampleRate: 44_100, channels: 2, samples: 1_152 }],
  ['MPEG 1, 320 kbit/s', [0xff, 0xfb, 0xe4, STEREO], { length: 960, sampleRate: 48_000, channels: 2, samples: 1_152 }],
  ['MPEG 2, 64 kbit/s', [0xff, 0xf3, 0x84, MONO], { length: 192, sampleRate: 24_000, channels: 1, samples: 576 }],
  ['MPEG 2.5, 8 kbit/s', [0xff, 0xe3, 0x18, MONO], { length: 72, sampleRate: 8_000, channels: 1, samples: 576 }],
];

const NONE: [what: string, bytes: readonly number[]][] = [
  ['nothing', []],
  ['a first byte', [0xff]],
  ['two', [0xff, 0xfb]],
  ['another beginning', [0xfe, 0xfb, 0x90, 0x00]],
  ['half a beginning', [0xff, 0xdb, 0x90, 0x00]],
  ['a version that there is not', [0xff, 0xeb, 0x90, 0x00]],
  ['layer II', [0xff, 0xfd, 0x90, 0x00]],
  ['layer I', [0xff, 0xff, 0x90, 0x00]],
  ['no layer, as ADTS has it', [0xff, 0xf1, 0x90, 0x00]],
  ['a free bit rate', [0xff, 0xfb, 0x00, 0x00]],
  ['no bit rate', [0xff, 0xfb, 0xf0, 0x00]],
  ['no sample rate', [0xff, 0xfb, 0x9c, 0x00]],
];

/** 24,000 Hz, one channel, 200 bytes, two blocks. */
const ADTS = [0xff, 0xf1, 0x58, 0x40, 0x19, 0x1f, 0xfd];

describe('the header of a frame', () => {
  // Twice, as what was read once is remembered.
  for (const time of ['first', 'second']) {
    for (const [what, bytes, said] of MP3) {
      it(`of MP3 is read the ${time} time: ${what}`, () => {
        expect(readMp3Header(Uint8Array.from(bytes))).to.deep.equal({ ...said, kind: bytes[1] });
        expect(readMp3Header(Uint8Array.of(0xff, 0xfb, 0xe4, ...bytes, 1, 2), 3)).to.deep.include(said);
      });
    }

    for (const [what, bytes] of NONE) {
      it(`is seen the ${time} time not to be there: ${what}`, () => {
        expect(readMp3Header(Uint8Array.from(bytes))).to.equal(undefined);
        expect(readMp3Header(Uint8Array.of(1, 2, ...bytes), 2)).to.equal(undefined);
      });
    }
  }

  it('of MP3 whose last byte has not come says two channels', () => {
    expect(readMp3Header(Uint8Array.of(0xff, 0xfb, 0x90))).to.include({ length: 417, channels: 2 });
  });

  it('of ADTS is read, wherever it stands', () => {
    const said = { length: 200, sampleRate: 24_000, channels: 1, samples: 2_048, kind: 0xf1 };
    expect(readAdtsHeader(Uint8Array.from(ADTS))).to.deep.equal(said);
    expect(readAdtsHeader(Uint8Array.of(9, 9, ...ADTS, 9), 2)).to.deep.equal(said);
  });

  it('of ADTS is none with a rate that there is not, or with less than itself', () => {
    expect(readAdtsHeader(Uint8Array.from(ADTS.with(2, 0x74)))).to.equal(undefined);
    expect(readAdtsHeader(Uint8Array.from(ADTS.with(1, 0xfb)))).to.equal(undefined);
    const tiny = (flags: number, length: number): Uint8Array => {
      return Uint8Array.from(
        ADTS.with(1, flags)
          .with(4, length >> 3)
          .with(5, ((length & 7) << 5) | 0x1f),
      );
    };
    expect(readAdtsHeader(tiny(0xf1, 6))).to.equal(undefined);
    expect(readAdtsHeader(tiny(0xf1, 7))).to.include({ length: 7 });
    expect(readAdtsHeader(tiny(0xf0, 8))).to.equal(undefined);
    expect(readAdtsHeader(tiny(0xf0, 9))).to.include({ length: 9 });
  });
});
