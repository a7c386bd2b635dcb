/** What Firefox takes in place of bare MP3, which it has no media source for. */
export const MP3_IN_MP4 = 'audio/mp4; codecs="mp3"';

type Bytes = Uint8Array<ArrayBuffer>;

/** What the header of a frame says. */
interface Frame {
  readonly rate: number;
  readonly samples: number;
  readonly channels: number;
  readonly length: number;
}

/** Kilobits a second of layer III, by the index in the header: of MPEG 1, and of MPEG 2 and 2.5. */
const BITRATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const RATES = [44_100, 48_000, 32_000];

/** Bytes in which the first frame says that it is no sound but a table: `Xing` or `Info`. */
const TABLE_WITHIN = 40;

/**
 * Puts the frames of MP3 into fragmented MP4 (ISO/IEC 14496-12) as they come: what a player needs to know first, and then a fragment for
 * what each piece has of whole frames.
 *
 * @throws where the sound becomes one of another sample rate, which one track cannot hold
 */
export async function* mp3InMp4(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let pending: Bytes = new Uint8Array();
  let first: Frame | undefined;
  let fragments = 0;
  let samples = 0;
  for await (const piece of pieces) {
    pending = join([pending, piece]);
    let at = 0;
    const frames: Bytes[] = [];
    for (;;) {
      const tag = first === undefined ? tagLength(pending, at) : 0;
      if (pending.length < at + Math.max(10, tag)) break;
      if (tag > 0) {
        at += tag;
        continue;
      }
      const frame = frameAt(pending, at);
      if (frame === undefined) {
        at += 1;
        continue;
      }
      if (pending.length < at + frame.length) break;
      const bytes = pending.subarray(at, at + frame.length);
      at += frame.length;
      if (first === undefined) {
        first = frame;
        yield beginning(frame);
        if (isTable(bytes)) continue;
      }
      if (frame.rate !== first.rate) throw new Error('the sample rate changes');
      frames.push(bytes);
    }
    if (first !== undefined && frames.length > 0) {
      fragments += 1;
      yield fragment(frames, fragments, samples);
      samples += frames.length * first.samples;
    }
    pending = pending.slice(at);
  }
}

/** Bytes of an ID3 tag that begins here. */
function tagLength(bytes: Bytes, at: number): number {
  const [i, d, three, , , , a = 0, b = 0, c = 0, e = 0] = bytes.subarray(at, at + 10);
  return i === 0x49 && d === 0x44 && three === 0x33 ? 10 + ((a << 21) | (b << 14) | (c << 7) | e) : 0;
}

function frameAt(bytes: Bytes, at: number): Frame | undefined {
  const [sync, one = 0, two = 0, three = 0] = bytes.subarray(at, at + 4);
  // Eleven bits of synchronisation, a version that there is, and layer III.
  if (sync !== 0xff || (one & 0xe6) !== 0xe2 || (one & 0x18) === 0x08) return undefined;
  const version = (one >> 3) & 3;
  const isFirst = version === 3;
  const bitrate = BITRATES[isFirst ? 0 : 1]?.[two >> 4] ?? 0;
  const top = RATES[(two >> 2) & 3] ?? 0;
  if (bitrate === 0 || top === 0) return undefined;
  const rate = isFirst ? top : version === 2 ? top / 2 : top / 4;
  const samples = isFirst ? 1_152 : 576;
  const length = Math.floor((samples * 125 * bitrate) / rate) + ((two >> 1) & 1);
  return { rate, samples, channels: three >> 6 === 3 ? 1 : 2, length };
}

function isTable(frame: Bytes): boolean {
  return /Xing|Info/.test(String.fromCharCode(...frame.subarray(0, TABLE_WITHIN)));
}

/** Says what the track is: one of MP3, with so many samples in each frame. */
function beginning({ rate, samples, channels }: Frame): Bytes {
  const matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(long);
  const entry = box('.mp3', zeros(6), short(1), zeros(8), short(channels), short(16), zeros(4), short(rate), short(0));
  const samplesOf = box(
    'stbl',
    box('stsd', long(0), long(1), entry),
    ...['stts', 'stsc', 'stco'].map((name) => box(name, zeros(8))),
    box('stsz', zeros(12)),
  );
  const reference = box('dinf', box('dref', long(0), long(1), box('url ', long(1))));
  const media = box(
    'mdia',
    box('mdhd', zeros(12), long(rate), long(0), short(0x55c4), short(0)),
    box('hdlr', zeros(8), text('soun'), zeros(13)),
    box('minf', box('smhd', zeros(8)), reference, samplesOf),
  );
  const track = box('tkhd', long(7), zeros(8), long(1), zeros(20), short(0x100), short(0), matrix, zeros(8));
  const movie = box(
    'mvhd',
    zeros(12),
    long(rate),
    long(0),
    long(0x10000),
    short(0x100),
    zeros(10),
    matrix,
    zeros(24),
    long(2),
  );
  const extended = box('mvex', box('trex', long(0), long(1), long(1), long(samples), zeros(8)));
  return join([
    box('ftyp', text('iso5'), long(1), text('iso5')),
    box('moov', movie, box('trak', track, media), extended),
  ]);
}

function fragment(frames: readonly Bytes[], number: number, time: number): Bytes {
  const sizes = frames.flatMap(({ length }) => long(length));
  const head = (offset: number): Bytes =>
    box(
      'moof',
      box('mfhd', long(0), long(number)),
      box(
        'traf',
        // Offsets count from here, and all else is as the track says.
        box('tfhd', long(0x020000), long(1)),
        box('tfdt', long(0), long(time)),
        box('trun', long(0x201), long(frames.length), long(offset), sizes),
      ),
    );
  return join([head(head(0).length + 8), box('mdat', ...frames)]);
}

function box(name: string, ...parts: readonly (Bytes | readonly number[])[]): Bytes {
  const content = join(parts);
  return join([long(8 + content.length), text(name), content]);
}

function join(parts: readonly (Bytes | readonly number[])[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const text = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0));
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const short = (value: number): number[] => [(value >> 8) & 255, value & 255];
const long = (value: number): number[] => [...short(value >>> 16), ...short(value)];
