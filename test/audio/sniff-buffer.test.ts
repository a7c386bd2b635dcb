import { expect } from 'chai';
import { SniffBuffer } from '../../lib/audio/sniff-buffer.js';
import { soundIn } from '../support/audio.js';

describe('ProofWindow', () => {
  it('gathers pieces of any size until they show what they are', () => {
    const sound = soundIn('wav').subarray(0, 60);
    for (const size of [1, 7, 60]) {
      const window = new SniffBuffer('wav');
      let proof = 'need-more';
      let end = 0;
      while (proof === 'need-more') {
        proof = window.add(sound.subarray(end, end + size));
        end += size;
      }
      expect(proof).to.equal('valid');
      expect(window.bytes.equals(sound.subarray(0, end)), String(size)).to.equal(true);
    }
  });

  it('never writes into what it was given', () => {
    const first = Buffer.from('RIFF....');
    const room = first.subarray(0, 4);
    const window = new SniffBuffer('wav');
    window.add(room);
    window.add(Buffer.from('XXXX'));
    expect(first.toString()).to.equal('RIFF....');
  });

  it('copies each byte a few times at the most, however small the pieces', () => {
    const tag = Buffer.concat([
      Buffer.from('ID3\u0004\u0000\u0000'),
      Buffer.from([0, 7, 0x7f, 0x7f]),
      Buffer.alloc(100_000),
    ]);
    const window = new SniffBuffer('mp3');
    const rooms = new Set<ArrayBufferLike>();
    for (const byte of tag.keys()) {
      window.add(tag.subarray(byte, byte + 1));
      rooms.add(window.bytes.buffer);
    }
    expect(rooms.size).to.be.below(25);
  });
});
