import { expect } from 'chai';
import { oggPage, pagefuls, readOggPage } from '../../lib/audio/ogg-page.js';
import { soundIn } from '../support/audio.js';
import { packetsOf, pagesOf } from '../support/ogg.js';

describe('oggPage', () => {
  it('writes what ffmpeg writes, to the bit, checksum included', () => {
    const pages = pagesOf(soundIn('opus'));
    expect(pages.length).to.be.greaterThan(2);
    for (const page of pages) {
      const own = oggPage({
        serial: page.serial,
        packets: packetsOf([page]),
        position: page.position,
        sequence: page.sequence,
        isLast: (page.flags & 4) !== 0,
      });
      expect(own).to.deep.equal(page.bytes);
    }
  });

  it('ends a packet of full segments by an empty one', () => {
    const packets = [new Uint8Array(255), new Uint8Array(3)];
    const page = oggPage({ serial: 1, packets, position: 0, sequence: 0, isLast: true });
    expect([...page.subarray(26, 30)]).to.deep.equal([3, 255, 0, 3]);
  });

  it('divides packets among as many pages as they need', () => {
    const packets = Array.from({ length: 700 }, (_, index) => new Uint8Array(index % 300));
    const runs = [...pagefuls(packets)];
    expect(runs.flat()).to.deep.equal(packets);
    for (const [index, run] of runs.entries()) {
      const segments = run.reduce((sum, { length }) => sum + Math.floor(length / 255) + 1, 0);
      expect(segments).to.be.at.most(255);
      if (index < runs.length - 1) expect(segments).to.be.above(253);
    }
  });
});

describe('readOggPage', () => {
  const file = soundIn('opus');
  const pages = pagesOf(file);

  it('reads what ffmpeg has written, and waits for what is missing of it', () => {
    let at = 0;
    for (const page of pages) {
      for (const length of [0, 1, 4, 26, 27, page.bytes.length - 1]) {
        expect(readOggPage(file.subarray(0, at + length), at), String(length)).to.equal('need-more');
      }
      const { serial, position, sequence, bytes, flags } = page;
      expect(sequence).to.equal(pages.indexOf(page));
      expect(readOggPage(file, at)).to.deep.include({
        length: bytes.length,
        serial,
        position,
        isFirst: (flags & 2) !== 0,
        isLast: (flags & 4) !== 0,
        isContinued: false,
        goesOn: false,
        parts: packetsOf([page]).map((packet) => new Uint8Array(packet)),
      });
      at += bytes.length;
    }
    expect(at).to.equal(file.length);
  });

  it('takes nothing for a page whose checksum is wrong, wherever', () => {
    const [page] = pages;
    if (page === undefined) throw new Error('there is no page');
    for (let at = 0; at < page.bytes.length; at += 1) {
      const wrong = Buffer.from(page.bytes);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 0x10, at);
      expect(readOggPage(wrong), String(at)).to.be.oneOf([undefined, 'need-more']);
    }
  });
});
