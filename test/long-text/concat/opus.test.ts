import { expect } from 'chai';
import fc from 'fast-check';
import { oggPage } from '../../../lib/audio/ogg-page.js';
import { Concatenator } from '../../../lib/long-text/concat/concatenator.js';
import {
  IncompatibleSoundError,
  type Chunk,
  type SegmentConcat,
} from '../../../lib/long-text/concat/segment-concat.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { soundIn } from '../../support/audio.js';
import { opusFile, packet, packetsOf, pagesOf, type Page } from '../../support/ogg.js';

const SILENT = Buffer.from([0xf8, 0xff, 0xfe]);
const packets = (from: number, count: number): Buffer[] => Array.from({ length: count }, (_, at) => packet(from + at));

function bytesOf(pieces: readonly Chunk[]): Buffer {
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

/** Joins files one behind the other, each of which comes at once. */
function joined(files: readonly Uint8Array[]): { readonly file: Buffer; readonly seconds: number } {
  const concatenator = new Concatenator('opus');
  const pieces = files.flatMap((file, index) => {
    const join = concatenator.begin(index === 0);
    return [...join.add(file), ...join.end(index === files.length - 1)];
  });
  return {
    file: Buffer.concat([concatenator.head(), bytesOf(pieces), concatenator.tail()]),
    seconds: pieces.reduce((sum, piece) => sum + piece.seconds, 0),
  };
}

/** What plays: all packets behind the two headers, in their order. */
function soundOf(file: Uint8Array): Buffer[] {
  return packetsOf(pagesOf(file)).slice(2);
}

/** Expects one stream whose numbers go on from its first page to its last, which alone may be shorter than its packets. */
function expectOneStream(file: Buffer): readonly Page[] {
  const pages = pagesOf(file);
  expect(pages.map(({ sequence }) => sequence)).to.deep.equal(pages.map((_, index) => index));
  expect(new Set(pages.map(({ serial }) => serial)).size).to.equal(1);
  expect(pages.map(({ flags }) => flags)).to.deep.equal([2, ...pages.slice(2).map(() => 0), 4]);
  let position = 0;
  for (const page of pages.slice(2, -1)) {
    position += 960 * packetsOf([page]).length;
    expect(page.position).to.equal(position);
  }
  const last = pages.at(-1);
  const most = position + 960 * packetsOf(pages.slice(-1)).length;
  expect(last?.position).to.be.within(most - 960, most);
  return pages;
}

describe('Opus of several files', () => {
  it('becomes one stream, with every packet in its order', () => {
    const files = [packets(0, 12), packets(50, 7), packets(100, 5)].map((each) => opusFile({ packets: each }));
    const { file, seconds } = joined(files);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal([...packets(0, 12), ...packets(50, 7), ...packets(100, 5)]);
    expect(seconds).to.be.closeTo(24 * 0.02, 1e-9);
  });

  it('has the head of the first, whose channels and level it is', () => {
    const first = opusFile({ packets: packets(0, 5), preSkip: 500, channels: 2, gain: 77 });
    const { file } = joined([first, opusFile({ packets: packets(9, 5), channels: 1, gain: 77 })]);
    expect(packetsOf(pagesOf(file))[0]).to.deep.equal(packetsOf(pagesOf(first))[0]);
    const concatenator = new Concatenator('opus');
    concatenator.begin(true).add(first);
    expect(concatenator.shape).to.deep.equal({ sampleRate: 24_000, channels: 2 });
  });

  it('is cut at its end where its last file is, and nowhere else', () => {
    const cut = (count: number, trim: number): Buffer => opusFile({ packets: packets(0, count), trim });
    const { file, seconds } = joined([cut(5, 400), cut(5, 300)]);
    expect(expectOneStream(file).at(-1)?.position).to.equal(10 * 960 - 300);
    expect(seconds).to.be.closeTo(0.2 - 300 / 48_000, 1e-9);
  });

  it('leaves out packets of which nothing is to be heard at the end of a file', () => {
    const { file } = joined([
      opusFile({ packets: packets(0, 5), trim: 2 * 960 + 10 }),
      opusFile({ packets: packets(9, 5) }),
    ]);
    expect(soundOf(file)).to.deep.equal([...packets(0, 3), ...packets(9, 5)]);
  });

  it('keeps what a decoder needs to begin with, and leaves out what is before that, but for the first file', () => {
    const long = opusFile({ packets: packets(0, 20), preSkip: 3_840 + 3 * 960 + 100 });
    expect(soundOf(joined([long]).file)).to.have.length(20);
    expect(soundOf(joined([opusFile({ packets: packets(50, 5) }), long]).file)).to.deep.equal([
      ...packets(50, 5),
      ...packets(3, 17),
    ]);
  });

  it('takes all of several files in a row, and nothing of what runs beside them or stands behind', () => {
    const beside = oggPage({ serial: 99, packets: [Buffer.from('theora?')], position: 0, sequence: 0, isLast: false });
    const more = oggPage({ serial: 99, packets: [packet(200)], position: 960, sequence: 1, isLast: true });
    const one = opusFile({ packets: packets(0, 10), perPage: 4 });
    const at = pagesOf(one)[0]?.bytes.length ?? 0;
    const mixed = Buffer.concat([one.subarray(0, at), beside, one.subarray(at), more]);
    const open = opusFile({ packets: packets(30, 3), isEnded: false });
    const { file } = joined([
      Buffer.concat([mixed, open, opusFile({ packets: packets(20, 3), serial: 8 }), Buffer.from('junk')]),
    ]);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal([...packets(0, 10), ...packets(30, 3), ...packets(20, 3)]);
  });

  it('puts packets together that go on in the next page', () => {
    const long = [packet(1, 700), packet(2, 255), packet(3, 510), packet(4, 20)];
    const whole = opusFile({ packets: long, perPage: 4 });
    const page = pagesOf(whole)[2];
    if (page === undefined) throw new Error('there is no sound');
    for (let cut = 1; cut < page.table.length; cut += 1) {
      const file = Buffer.concat([whole.subarray(0, whole.length - page.bytes.length), ...tornPages(page, cut)]);
      expect(soundOf(joined([file]).file), String(cut)).to.deep.equal(long);
    }
  });

  it('reads past tags of any length without keeping them', () => {
    const picture = Buffer.alloc(300_000, 'x');
    const [head, tags, ...rest] = pagesOf(opusFile({ packets: packets(0, 5) }));
    if (head === undefined || tags === undefined) throw new Error('there are no headers');
    const long = pagesOfOne(Buffer.concat([tags.body, picture]), tags.serial);
    const file = Buffer.concat([head.bytes, ...long, ...rest.map(({ bytes }) => bytes)]);
    expect(soundOf(joined([file]).file)).to.deep.equal(packets(0, 5));
  });

  it('ends with a page that says so, where no file of it does', () => {
    const open = opusFile({ packets: packets(0, 5), isEnded: false });
    const { file } = joined([open]);
    expect(expectOneStream(file).at(-1)?.position).to.equal(5 * 960);
    expect(soundOf(file)).to.deep.equal([...packets(0, 5), SILENT]);
  });

  it('has silence in place of a sentence', () => {
    const concatenator = new Concatenator('opus');
    const join = concatenator.begin(true);
    const sound = bytesOf([...join.add(opusFile({ packets: packets(0, 5) })), ...join.end(false)]);
    const rest = concatenator.rest(0.4);
    expect(rest.seconds).to.be.closeTo(0.4, 1e-9);
    const file = Buffer.concat([concatenator.head(), sound, rest.bytes, concatenator.tail()]);
    expectOneStream(file);
    expect(soundOf(file).slice(5)).to.deep.equal(Array.from({ length: 21 }, () => SILENT));
  });

  it('goes on behind a page where a file broke off', () => {
    const concatenator = new Concatenator('opus');
    const broken = concatenator.begin(true);
    const whole = opusFile({ packets: packets(0, 10) });
    const sent = bytesOf([...broken.add(whole.subarray(0, whole.length - 10)), ...broken.abort()]);
    const next = concatenator.begin(false);
    const rest = bytesOf([...next.add(opusFile({ packets: packets(50, 5) })), ...next.end(true)]);
    const file = Buffer.concat([concatenator.head(), sent, rest, concatenator.tail()]);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal([...packets(0, 5), ...packets(50, 5)]);
  });

  it('counts on from where it was when what came since is not sent', () => {
    const concatenator = new Concatenator('opus');
    const first = concatenator.begin(true);
    const sent = bytesOf([...first.add(opusFile({ packets: packets(0, 5) })), ...first.end(false)]);
    concatenator.begin(false).add(opusFile({ packets: packets(20, 40) }));
    concatenator.rewind();
    const next = concatenator.begin(false);
    const rest = bytesOf([...next.add(opusFile({ packets: packets(50, 5) })), ...next.end(true)]);
    expectOneStream(Buffer.concat([concatenator.head(), sent, rest, concatenator.tail()]));
  });

  it('refuses what one stream cannot hold, and has numbered nothing of it then', () => {
    const concatenator = new Concatenator('opus');
    const first = concatenator.begin(true);
    const sent = bytesOf([...first.add(opusFile({ packets: packets(0, 5) })), ...first.end(false)]);
    const surround = Buffer.concat([opusFile({ packets: packets(0, 3) }).subarray(0, 28), Buffer.alloc(100)]);
    const long = opusFile({ packets: [packet(0), Buffer.alloc(3, 0xff)], perPage: 1 });
    for (const file of [opusFile({ packets: packets(0, 5), gain: 256 }), surround, long, soundIn('mp3')]) {
      expect(() => concatenator.begin(false).add(file)).to.throw(IncompatibleSoundError);
    }
    const last = concatenator.begin(false);
    const rest = bytesOf([...last.add(opusFile({ packets: packets(50, 5) })), ...last.end(true)]);
    expectOneStream(Buffer.concat([concatenator.head(), sent, rest]));
  });

  it('says that a file ended early, in the middle of a page or of a packet', () => {
    const whole = opusFile({ packets: packets(0, 10) });
    for (let length = 0; length < whole.length; length += 1) {
      const join = new Concatenator('opus').begin(true);
      const pages = pagesOf(bytesOf(join.add(whole.subarray(0, length))));
      const isAtPage = pagesOf(whole).some((_, index, all) => length === lengthOf(all.slice(0, index)));
      if (isAtPage) expect(pages.length).to.be.at.most(2);
      else
        expect(() => join.end(true), String(length))
          .to.throw(SpeechError)
          .with.property('code', 'truncated');
    }
  });

  it('counts what is heard, and nothing of what is decoded for it', () => {
    const heard = (file: Buffer): number => {
      const join = new Concatenator('opus').begin(true);
      join.add(file);
      return join.heard;
    };
    expect(heard(opusFile({ packets: packets(0, 6), trim: 500 }))).to.be.closeTo((6 * 960 - 312 - 500) / 48_000, 1e-9);
    expect(heard(opusFile({ packets: packets(0, 1), trim: 648 }))).to.be.closeTo(0, 1e-9);
    expect(heard(opusFile({ packets: [] }))).to.be.at.most(0);
  });

  it('throws nothing but what is documented, whatever comes', () => {
    const files = [soundIn('opus'), opusFile({ packets: packets(0, 30), perPage: 3 })];
    fc.assert(
      fc.property(fc.constantFrom(...files), damages(), cuts(), (file, damage, places) => {
        const join = new Concatenator('opus').begin(true);
        try {
          addInPieces(join, damage(file), places);
          join.end(true);
        } catch (thrown) {
          if (!(thrown instanceof IncompatibleSoundError) && !(SpeechError.is(thrown) && thrown.code === 'truncated'))
            throw thrown;
        }
        join.abort();
      }),
      { numRuns: 500 },
    );
  });
});

function lengthOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function addInPieces(join: SegmentConcat, bytes: Uint8Array, places: readonly number[]): void {
  const at = [0, ...places.map((place) => Math.floor(place * bytes.length)).sort((one, other) => one - other)];
  for (const [index, from] of at.entries()) join.add(bytes.subarray(from, at[index + 1] ?? bytes.length));
}

function cuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
}

/** Changes bytes, leaves some out, and puts others in. */
function damages(): fc.Arbitrary<(file: Buffer) => Buffer> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.tuple(place, place, fc.uint8Array({ maxLength: 40 })).map(([from, to, bytes]) => (file) => {
    const [start, end] = [from, to].map((each) => Math.floor(each * file.length)).sort((one, other) => one - other);
    return Buffer.concat([file.subarray(0, start), bytes, file.subarray(end)]);
  });
}

/** Writes a page as two, of which the first has so many segments. */
function tornPages({ table, body, serial, position }: Page, cut: number): Buffer[] {
  const first = table.slice(0, cut).reduce((sum, lacing) => sum + lacing, 0);
  const isTorn = table[cut - 1] === 255;
  return [
    rawPage({ table: table.slice(0, cut), body: body.subarray(0, first), flags: 0, serial, position: -1 }),
    rawPage({ table: table.slice(cut), body: body.subarray(first), flags: isTorn ? 5 : 4, serial, position }),
  ];
}

/** Writes a packet over as many full pages as it takes. */
function pagesOfOne(bytes: Buffer, serial: number): Buffer[] {
  const pages: Buffer[] = [];
  const most = 255 * 255;
  for (let at = 0; at <= bytes.length; at += most) {
    const body = bytes.subarray(at, at + most);
    const isWhole = body.length === most;
    const table = [...Array<number>(Math.floor(body.length / 255)).fill(255), ...(isWhole ? [] : [body.length % 255])];
    pages.push(rawPage({ table, body, flags: at === 0 ? 0 : 1, serial, position: isWhole ? -1 : 0 }));
  }
  return pages;
}

function rawPage({ table, body, flags, serial, position }: Omit<Page, 'bytes' | 'sequence'>): Buffer {
  const page = Buffer.alloc(27);
  page.write('OggS', 0, 'latin1');
  page.writeUInt8(flags, 5);
  page.writeBigInt64LE(BigInt(position), 6);
  page.writeUInt32LE(serial, 14);
  page.writeUInt8(table.length, 26);
  const whole = Buffer.concat([page, Buffer.from(table), body]);
  whole.writeUInt32LE(sumOf(whole), 22);
  return whole;
}

/** Ogg's checksum once more, bit by bit. */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  return sum >>> 0;
}
