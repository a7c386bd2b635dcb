import { expect } from 'chai';
import fc from 'fast-check';
import { createEncoder } from '../support/create-encoder.js';
import { createEndProof } from '../../lib/speech/end-proof.js';
import type { SpeechFormat } from '../../lib/speech/formats.js';
import { canBeAllOf } from '../../lib/speech/spoken-length.js';
import { soundIn } from '../support/audio.js';
import { toneAt } from '../support/tone.js';

type Compressed = Exclude<SpeechFormat, 'wav' | 'pcm'>;

/** A second of sound is about as much as it takes. */
const TEXT = { input: 'Good morning to all of you, my friends.', speed: 1 };
const TONE = toneAt(24_000, 1.2);

/** Encodes a tone as a server would that does not know its length yet, or that does. */
async function encoded(format: Compressed, length: number | 'unknown' = 'unknown'): Promise<Buffer> {
  const encoder = await createEncoder(format, length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < TONE.length; at += 5_000) pieces.push(await encoder.encode(TONE.subarray(at, at + 5_000)));
  pieces.push(await encoder.finish());
  encoder.close?.();
  return Buffer.concat(pieces);
}

function isWhole(format: Compressed, body: Uint8Array, cuts: readonly number[] = [], text = TEXT): boolean {
  const proof = createEndProof(format, text);
  let from = 0;
  for (const cut of [...cuts].sort((one, other) => one - other)) {
    proof.add(body.subarray(from, cut));
    from = Math.max(from, cut);
  }
  proof.add(body.subarray(from));
  return proof.isWhole();
}

describe('the proof of an end', () => {
  const bodies: [string, Compressed, () => Buffer | Promise<Buffer>][] = [
    ['MP3', 'mp3', () => encoded('mp3')],
    ['AAC', 'aac', () => encoded('aac')],
    ['FLAC that knows its length', 'flac', () => encoded('flac', TONE.length)],
    ['FLAC that does not', 'flac', () => encoded('flac')],
    ['Opus', 'opus', () => encoded('opus')],
  ];
  for (const [what, format, make] of bodies) {
    it(`takes ${what} for whole where it is, and nowhere else, however it comes`, async () => {
      const body = await make();
      expect(isWhole(format, body)).to.equal(true);
      fc.assert(
        fc.property(fc.array(fc.nat(body.length), { maxLength: 20 }), (cuts) => {
          expect(isWhole(format, body, cuts)).to.equal(true);
        }),
        { numRuns: 50 },
      );
      const taken = Array.from(
        { length: 500 },
        (_, index) => body.length - 1 - Math.floor((index * body.length) / 500),
      ).filter((length) => isWhole(format, body.subarray(0, length)));
      // Where nothing says how long it is, the last frames may be missing: the text may be as short as that.
      const latest = taken.filter((length) => length < body.length * 0.85);
      expect(latest).to.deep.equal([]);
      if (what.endsWith('its length') || format === 'opus') expect(taken).to.deep.equal([]);
    });
  }

  it('takes files of other programs for whole, with their tags', () => {
    const short = { input: 'O', speed: 1 };
    const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
    const ape = Buffer.alloc(40);
    ape.write('APETAGEX', 'latin1');
    ape.writeUInt32LE(8, 12);
    for (const format of ['mp3', 'aac', 'flac', 'opus'] as const) {
      expect(isWhole(format, soundIn(format), [], short), format).to.equal(true);
    }
    const mp3 = soundIn('mp3');
    for (const behind of [[id3v1], [ape], [ape, id3v1]]) {
      expect(isWhole('mp3', Buffer.concat([mp3, ...behind]), [], short)).to.equal(true);
      expect(isWhole('mp3', Buffer.concat([mp3, ...behind]).subarray(0, -1), [], short)).to.equal(false);
    }
    expect(isWhole('mp3', Buffer.concat([mp3, Buffer.from('{"error":"out of memory"}')]), [], short)).to.equal(false);
  });

  it('believes the number of frames that a file states, whatever the text', () => {
    const mp3 = soundIn('mp3');
    const long = { input: 'a'.repeat(1_000), speed: 1 };
    expect(isWhole('mp3', mp3, [], long)).to.equal(true);
    // A frame less, of 96 bytes.
    expect(isWhole('mp3', mp3.subarray(0, mp3.length - 96), [], { input: 'O', speed: 1 })).to.equal(false);
    const countless = Buffer.from(mp3);
    // Without the number of bytes, that of the frames; without both, the text.
    const flags = mp3.indexOf('Info') + 7;
    countless.writeUInt8(1, flags);
    expect(isWhole('mp3', countless, [], long)).to.equal(true);
    expect(isWhole('mp3', countless.subarray(0, mp3.length - 2 * 96), [], { input: 'O', speed: 1 })).to.equal(false);
    countless.writeUInt8(0, flags);
    expect(isWhole('mp3', countless, [], long)).to.equal(false);
  });

  it('never throws, whatever the bytes', () => {
    const formats = fc.constantFrom<Compressed>('mp3', 'aac', 'flac', 'opus');
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...(['mp3', 'aac', 'flac', 'opus'] as const).map((format) => soundIn(format).subarray(0, 400))),
    );
    fc.assert(
      fc.property(formats, fc.array(piece, { maxLength: 5 }), (format, pieces) => {
        expect(isWhole(format, Buffer.concat(pieces))).to.be.a('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('how long a text lasts', () => {
  const cases: [what: string, input: string, speed: number, least: number, most: number][] = [
    ['a sentence', 'Good morning, all of you.', 1, 0.7, 8],
    ['a word', 'Yes.', 1, 0.11, 3.8],
    ['a number', '1234567', 1, 0.25, 11.4],
    ['Chinese', '今天天气很好', 1, 0.63, 6.6],
    ['fast speech', 'Good morning, all of you.', 4, 0.18, 8],
    ['slow speech', 'Good morning, all of you.', 0.25, 0.7, 23],
  ];
  for (const [what, input, speed, least, most] of cases) {
    it(`knows the bounds of ${what}`, () => {
      for (const seconds of [least - 0.05, most + 0.2]) expect(canBeAllOf({ input, speed }, seconds)).to.equal(false);
      for (const seconds of [least + 0.05, most - 0.2]) expect(canBeAllOf({ input, speed }, seconds)).to.equal(true);
    });
  }
});
