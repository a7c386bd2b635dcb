import { expect } from 'chai';
import { opusHeaders, opusTicks, readOpusHead } from '../../lib/audio/opus-packet.js';
import { soundIn } from '../support/audio.js';
import { packetsOf, pagesOf } from '../support/ogg.js';

/** Milliseconds of a frame for each of the 32 configurations (RFC 6716, table 2). */
const FRAMES = [
  ...[10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60],
  ...[10, 20, 10, 20],
  ...[2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20],
];

describe('opusTicks', () => {
  it('knows how long a packet of each configuration plays, mono or stereo', () => {
    for (const [configuration, milliseconds] of FRAMES.entries()) {
      for (const stereo of [0, 4]) {
        const contents = (configuration << 3) | stereo;
        expect(opusTicks(Uint8Array.of(contents, 1))).to.equal(48 * milliseconds);
        expect(opusTicks(Uint8Array.of(contents | 1, 1))).to.equal(96 * milliseconds);
        expect(opusTicks(Uint8Array.of(contents | 2, 1))).to.equal(96 * milliseconds);
        const most = Math.floor(120 / milliseconds);
        for (const flags of [0, 0x40, 0x80, 0xc0]) {
          expect(opusTicks(Uint8Array.of(contents | 3, flags | most))).to.equal(48 * milliseconds * most);
          expect(opusTicks(Uint8Array.of(contents | 3, flags | (most + 1)))).to.equal(undefined);
        }
      }
    }
  });

  it('takes nothing for a packet that is none', () => {
    for (const bytes of [[], [3], [0xff], [3, 0]]) expect(opusTicks(Uint8Array.from(bytes))).to.equal(undefined);
  });
});

describe('readOpusHead', () => {
  const [ffmpegs] = packetsOf(pagesOf(soundIn('opus')));
  const head = { channels: 2, preSkip: 3_840, sampleRate: 44_100, gain: -300 } as const;

  it('reads what ffmpeg writes, and what is written here', () => {
    expect(readOpusHead(ffmpegs ?? Buffer.alloc(0))).to.deep.equal({
      channels: 1,
      preSkip: 312,
      sampleRate: 24_000,
      gain: 0,
    });
    expect(readOpusHead(opusHeaders(head)[0])).to.deep.equal(head);
  });

  it('takes a table of channels that says what there is without one', () => {
    const table = (channels: number, ...rest: number[]): Buffer =>
      Buffer.concat([opusHeaders(head)[0].subarray(0, 9), Buffer.from([channels]), Buffer.alloc(8), Buffer.from(rest)]);
    expect(readOpusHead(table(1, 1, 1, 0, 0))).to.include({ channels: 1 });
    expect(readOpusHead(table(2, 1, 1, 1, 0, 1))).to.include({ channels: 2 });
    // Two streams, two that do not belong together, the wrong way round, and six of which none is ours.
    const others: [number, ...number[]][] = [
      [2, 1, 2, 0, 0, 1],
      [2, 1, 1, 0, 0, 0],
      [2, 1, 1, 1, 1, 0],
      [6, 1, 4, 2, 0, 4, 1, 2, 3, 5],
    ];
    for (const other of others) {
      expect(readOpusHead(table(...other)), other.join()).to.equal(undefined);
    }
  });

  it('takes nothing for a head that is none, or one of a time to come', () => {
    const [own, tags] = opusHeaders(head);
    const later = Buffer.from(own);
    later.writeUInt8(0x10, 8);
    for (const packet of [tags, own.subarray(0, 18), Buffer.alloc(40), later]) {
      expect(readOpusHead(packet)).to.equal(undefined);
    }
  });
});
