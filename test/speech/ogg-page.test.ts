import { expect } from 'chai';
import { oggPage } from '../../lib/speech/ogg-page.js';
import { soundIn } from '../support/audio.js';

/** Takes a file that others have made apart into its pages. */
function pagesOf(file: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const table = file.subarray(at + 27, at + 27 + file.readUInt8(at + 26));
    const length = 27 + table.length + table.reduce((sum, lacing) => sum + lacing, 0);
    pages.push(file.subarray(at, at + length));
    at += length;
  }
  return pages;
}

/** Cuts what a page holds into its packets. */
function packetsOf(page: Buffer): Buffer[] {
  const table = page.subarray(27, 27 + page.readUInt8(26));
  const packets: Buffer[] = [];
  let start = 27 + table.length;
  let end = start;
  for (const lacing of table) {
    end += lacing;
    if (lacing === 255) continue;
    packets.push(page.subarray(start, end));
    start = end;
  }
  return packets;
}

describe('oggPage', () => {
  it('writes what ffmpeg writes, to the bit, checksum included', () => {
    const pages = pagesOf(soundIn('opus'));
    expect(pages.length).to.be.greaterThan(2);
    for (const page of pages) {
      const own = oggPage({
        serial: page.readUInt32LE(14),
        packets: packetsOf(page),
        position: Number(page.readBigInt64LE(6)),
        sequence: page.readUInt32LE(18),
        isLast: (page.readUInt8(5) & 4) !== 0,
      });
      expect(own).to.deep.equal(page);
    }
  });

  it('ends a packet of full segments by an empty one', () => {
    const packets = [new Uint8Array(255), new Uint8Array(3)];
    const page = oggPage({ serial: 1, packets, position: 0, sequence: 0, isLast: true });
    expect([...page.subarray(26, 30)]).to.deep.equal([3, 255, 0, 3]);
  });
});
