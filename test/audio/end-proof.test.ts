import { expect } from 'chai';
import fc from 'fast-check';
import { createEndProof } from '../../lib/audio/create-end-proof.js';
import type { EndProof } from '../../lib/audio/end-proof.js';
import type { SpeechFormat } from '../../lib/audio/formats.js';
import { readAdtsHeader, readMp3Header } from '../../lib/audio/frame-header.js';
import { canBeAllOf } from '../../lib/text/spoken-length.js';
import { soundIn } from '../support/audio.js';
import { createEncoder } from '../support/create-encoder.js';
import { flacFrames } from '../support/flac.js';
import { opusFile, packet, pagesOf } from '../support/ogg.js';
import { toneAt } from '../support/tone.js';

type Compressed = Exclude<SpeechFormat, 'wav' | 'pcm'>;

/** A second of sound is about as much as it takes. */
const TEXT = { input: 'Good morning to all of you, my friends.', speed: 1 };
const TONE = toneAt(24_000, 1.2);

/** Encodes sound as a server would that does not know its length yet, or that does. */
async function encoded(
  format: Compressed,
  length: number | 'unknown' = 'unknown',
  sound: typeof TONE = TONE,
): Promise<Buffer> {
  const encoder = await createEncoder(format, length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += 5_000) pieces.push(await encoder.encode(sound.subarray(at, at + 5_000)));
  pieces.push(await encoder.finish());
  encoder.close?.();
  return Buffer.concat(pieces);
}

function proofOf(format: Compressed, body: Uint8Array, cuts: readonly number[] = [], text = TEXT): EndProof {
  const proof = createEndProof(format, (seconds) => canBeAllOf(text, seconds));
  let from = 0;
  for (const cut of [...cuts].sort((one, other) => one - other)) {
    proof.add(body.subarray(from, cut));
    from = Math.max(from, cut);
  }
  proof.add(body.subarray(from));
  return proof;
}

function isWhole(...of: Parameters<typeof proofOf>): boolean {
  return proofOf(...of).isWhole();
}

function isCut(...of: Parameters<typeof proofOf>): boolean {
  return proofOf(...of).isCut();
}

/** Every length at which a body may be cut behind its first bytes. */
function lengthsOf(body: Uint8Array, from: number): number[] {
  return Array.from({ length: body.length - from }, (_, index) => from + index);
}

/** Where the frames or pages of a body end, read by what the tests themselves know of them. */
function boundaries(format: 'mp3' | 'aac' | 'opus', body: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < body.length;) {
    if (format === 'opus') at += pagesOf(body.subarray(at))[0]?.bytes.length ?? Infinity;
    else at += (format === 'mp3' ? readMp3Header(body, at) : readAdtsHeader(body, at))?.length ?? Infinity;
    ends.push(at);
  }
  return ends;
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
        expect(isCut(format, Buffer.concat(pieces))).to.be.a('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the proof of a cut', () => {
  const LONG = { input: 'a'.repeat(1_000), speed: 1 };
  const ID3V1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
  const APE = Buffer.alloc(40);
  APE.write('APETAGEX', 'latin1');
  APE.writeUInt32LE(8, 12);

  for (const format of ['mp3', 'aac', 'opus'] as const) {
    it(`finds ${format} cut anywhere but between two of its frames or pages, however it comes`, async () => {
      const body = (await encoded(format)).subarray(0, 12_000);
      const ends = boundaries(format, await encoded(format));
      const first = ends[format === 'opus' ? 1 : 0] ?? 0;
      const unseen = lengthsOf(body, first + 1).filter((length) => !isCut(format, body.subarray(0, length), [99, 700]));
      expect(unseen).to.deep.equal(ends.filter((end) => end > first && end < body.length));
    });
  }

  it('finds FLAC cut anywhere, and between two frames where its head says how many samples there are', async () => {
    for (const length of [TONE.length, 'unknown'] as const) {
      const body = await encoded('flac', length);
      const ends = flacFrames(body.subarray(42)).map(({ end }) => end + 42);
      const isLooked = (end: number): boolean => end % 7 === 0 || ends.includes(end) || end > body.length - 300;
      const unseen = lengthsOf(body, 45).filter((end) => isLooked(end) && !isCut('flac', body.subarray(0, end)));
      // By chance the sum of a frame is right before its end as well, once in 65,536 bytes.
      const chance = unseen.filter((end) => !ends.includes(end));
      expect(chance.length).to.be.at.most(2);
      expect(unseen.filter((end) => ends.includes(end))).to.deep.equal(length === 'unknown' ? ends.slice(0, -1) : []);
    }
  });

  it('finds MP3 cut between two frames where the first says how many there are', () => {
    const mp3 = soundIn('mp3');
    expect(isCut('mp3', mp3.subarray(0, mp3.length - 192))).to.equal(true);
    expect(isCut('mp3', Buffer.concat([mp3.subarray(0, mp3.length - 192), ID3V1]))).to.equal(true);
    expect(isCut('mp3', Buffer.concat([mp3.subarray(0, mp3.length - 192), mp3]))).to.equal(true);
  });

  it('never calls a whole file cut, whatever the text, and whatever stands behind it', async () => {
    const behind = [
      ...[Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(5), Buffer.alloc(3_000), Buffer.alloc(600, 0xff)],
      ...[ID3V1, ID3V1.subarray(0, 50), APE, Buffer.concat([APE, ID3V1]), Buffer.from('{"error":"out of memory"}')],
      ...[Buffer.from('LYRICSBEGININD0000200000011LYRICS200'), Buffer.from('24e1007e007e24e1', 'hex')],
    ];
    for (const format of ['mp3', 'aac', 'flac', 'opus'] as const) {
      for (const body of [soundIn(format), await encoded(format), await encoded(format, TONE.length)]) {
        for (const rest of behind) {
          const file = Buffer.concat([body, rest]);
          expect(isCut(format, file, [300, 1_000], LONG), `${format} ${rest.toString('hex', 0, 8)}`).to.equal(false);
        }
        expect(isCut(format, Buffer.concat([body, body]), [300], LONG), `${format} twice`).to.equal(false);
      }
    }
  });

  it('finds out where a FLAC file begins behind another, in whatever pieces they come', async () => {
    // Noise is hardly packed: this is more than is kept of the end.
    const noise = Float32Array.from({ length: 96_000 }, (_, at) => Math.sin(at * at * at) * 0.9);
    const [long, short] = [
      await encoded('flac', noise.length, noise),
      await encoded('flac', 60_000, noise.subarray(0, 60_000)),
    ];
    const both = Buffer.concat([long, short]);
    expect(short.length).to.be.above(65_536);
    expect(isCut('flac', both)).to.equal(false);
    expect(isCut('flac', both, [long.length - 100])).to.equal(false);
    expect(isCut('flac', both.subarray(0, both.length - 100))).to.equal(true);
    // A file without sound says nothing of the one before it.
    const empty = (await encoded('flac')).subarray(0, 42);
    expect(isCut('flac', Buffer.concat([long, empty]))).to.equal(false);
  });

  it('believes the first frame of MP3 as far as writers can be believed', () => {
    const mp3 = soundIn('mp3');
    const info = mp3.indexOf('Info');
    const frames = mp3.readUInt32BE(info + 8);
    const bytes = mp3.readUInt32BE(info + 12);
    const stating = (stated: { frames?: number; bytes?: number }, ...behind: Uint8Array[]): Buffer => {
      const file = Buffer.concat([mp3, ...behind]);
      const numbers = [stated.frames, stated.bytes].filter((each) => each !== undefined);
      file.writeUInt8((stated.frames === undefined ? 0 : 1) | (stated.bytes === undefined ? 0 : 2), info + 7);
      for (const [index, number] of numbers.entries()) file.writeUInt32BE(number, info + 8 + 4 * index);
      return file;
    };
    const whole: [what: string, file: Buffer][] = [
      ['the frame itself is counted', stating({ frames: frames + 1, bytes })],
      ['nobody knew the frames, nor the bytes', stating({ frames: 0xffffffff, bytes: 10_000_000 })],
      ['nobody knew the bytes', stating({ bytes: 0xffffffff })],
      ['the tag behind is counted', stating({ bytes: bytes + ID3V1.length }, ID3V1)],
    ];
    for (const [what, file] of whole) expect(isCut('mp3', file, [300]), what).to.equal(false);
    expect(isCut('mp3', stating({ bytes: bytes + 1 })), 'a byte is missing').to.equal(true);
    expect(isCut('mp3', stating({ frames: frames + 2 })), 'two frames are missing').to.equal(true);
    const first = readMp3Header(mp3, mp3.lastIndexOf(0xff, info))?.length ?? 0;
    expect(isWhole('mp3', stating({ bytes: bytes - first })), 'the frame itself is not counted').to.equal(true);
  });

  it('takes nothing behind MP3 for sound that is none of the same, and finds the first frame cut', () => {
    const mp3 = soundIn('mp3');
    const short = mp3.subarray(0, mp3.length - 192);
    // There may be sound in it.
    const noise = Buffer.from('13c7a95be10f8842'.repeat(10), 'hex');
    expect(isCut('mp3', Buffer.concat([short, noise]))).to.equal(false);
    // The head of a frame with another rate, and what may become one of another kind.
    const other = Buffer.concat([Buffer.from('fffb9044', 'hex'), noise]);
    for (const rest of [other, Buffer.from('ffe0', 'hex')]) {
      expect(isCut('mp3', Buffer.concat([mp3, rest])), rest.toString('hex', 0, 4)).to.equal(false);
    }
    expect(isCut('mp3', mp3.subarray(0, 50))).to.equal(true);
  });

  it('says nothing of FLAC whose frames are longer than what is kept of the end', async () => {
    const body = (await encoded('flac')).subarray(0, -100);
    expect(isCut('flac', body)).to.equal(true);
    body.writeUInt16BE(65_535, 10);
    expect(isCut('flac', body)).to.equal(false);
  });

  it('does not hold the lack of a last page against a writer that may never write one', () => {
    const packets = Array.from({ length: 20 }, (_, index) => packet(index));
    const open = opusFile({ packets, isEnded: false });
    expect(isCut('opus', open)).to.equal(false);
    // It has said which page is the last of the file before.
    expect(isCut('opus', Buffer.concat([opusFile({ packets }), open]))).to.equal(true);
  });

  it('takes a number of samples that no speech has for none', async () => {
    const body = await encoded('flac', TONE.length);
    body.fill(0xff, 22, 26);
    body.writeUInt8(body.readUInt8(21) | 0x0f, 21);
    expect(isCut('flac', body)).to.equal(false);
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
