/** Bytes of a page before the table of its segments. */
const HEADER = 27;
/** Most segments of a page, and most bytes of one. */
const MOST_SEGMENTS = 255;
const SEGMENT = 255;
/** Bytes of the longest packet that a page has room for: the last of its segments is never a full one. */
export const LONGEST_OGG_PACKET = MOST_SEGMENTS * SEGMENT - 1;
const CONTINUES = 1;
const IS_FIRST = 2;
const IS_LAST = 4;
const CHECKSUM_AT = 22;
/** Stands for the position of a page on which no packet ends. */
const NO_POSITION = -1n;
/** Ogg's checksum has the most significant bit first, and nothing before or after it (RFC 3533). */
const POLYNOMIAL = 0x04c11db7;
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? POLYNOMIAL : 0);
  return sum;
});

/** What one page of an Ogg stream holds. */
export interface OggPage {
  /** Tells one stream from another in the same file. */
  readonly serial: number;
  /** Whole ones, with 255 segments of up to 255 bytes together at the most. */
  readonly packets: readonly Uint8Array[];
  /** Where the sound is at its end, in the codec's own unit: the granule position. */
  readonly position: number;
  /** Counted from 0. */
  readonly sequence: number;
  readonly isLast: boolean;
}

/** A page as it was read. */
export interface ReadOggPage {
  /** Bytes in all. */
  readonly length: number;
  readonly serial: number;
  /** Whether it begins a stream. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Undefined where no packet ends on it. */
  readonly position: number | undefined;
  /** What it holds of packets: the first may go on from the page before, the last may go on in the next one. */
  readonly parts: readonly Uint8Array[];
  readonly isContinued: boolean;
  readonly goesOn: boolean;
}

/** Writes a page of an Ogg stream (RFC 3533). */
export function oggPage({ serial, packets, position, sequence, isLast }: OggPage): Uint8Array {
  const lacing = Buffer.from(packets.flatMap(({ length }) => lacingOf(length)));
  const header = Buffer.alloc(HEADER);
  header.write('OggS', 0, 'latin1');
  header.writeUInt8((sequence === 0 ? IS_FIRST : 0) | (isLast ? IS_LAST : 0), 5);
  header.writeBigInt64LE(BigInt(position), 6);
  header.writeUInt32LE(serial, 14);
  header.writeUInt32LE(sequence, 18);
  header.writeUInt8(lacing.length, 26);
  const page = Buffer.concat([header, lacing, ...packets]);
  page.writeUInt32LE(checksum(page), CHECKSUM_AT);
  return page;
}

/** Divides packets among pages: as many as there is room for go onto each. */
export function* pagefuls(packets: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let from = 0;
  let segments = 0;
  for (const [index, { length }] of packets.entries()) {
    const more = Math.floor(length / SEGMENT) + 1;
    if (segments + more > MOST_SEGMENTS) {
      yield packets.slice(from, index);
      from = index;
      segments = 0;
    }
    segments += more;
  }
  if (from < packets.length) yield packets.slice(from);
}

/**
 * Reads the page that begins there.
 *
 * @returns `need-more` where it is not all there yet, undefined where none begins there or its checksum is wrong
 */
export function readOggPage(bytes: Uint8Array, at = 0): ReadOggPage | 'need-more' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPage = [0x4f, 0x67, 0x67, 0x53].every((byte, index) => (bytes[at + index] ?? byte) === byte);
  if (!isPage) return undefined;
  if (bytes.length < at + HEADER) return 'need-more';
  const start = at + HEADER + view.getUint8(at + 26);
  const table = bytes.subarray(at + HEADER, start);
  const end = start + table.reduce((sum, lacing) => sum + lacing, 0);
  if (bytes.length < end) return 'need-more';
  const page = bytes.subarray(at, end);
  if (checksum(page) !== view.getUint32(at + CHECKSUM_AT, true)) return undefined;
  const flags = view.getUint8(at + 5);
  const position = view.getBigInt64(at + 6, true);
  return {
    length: page.length,
    serial: view.getUint32(at + 14, true),
    isFirst: (flags & IS_FIRST) !== 0,
    isLast: (flags & IS_LAST) !== 0,
    position: position === NO_POSITION ? undefined : Number(position),
    parts: partsOf(table, bytes.subarray(start, end)),
    isContinued: (flags & CONTINUES) !== 0,
    goesOn: table.at(-1) === SEGMENT,
  };
}

function partsOf(table: Uint8Array, body: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let from = 0;
  let to = 0;
  for (const [index, lacing] of table.entries()) {
    to += lacing;
    if (lacing === SEGMENT && index < table.length - 1) continue;
    parts.push(body.subarray(from, to));
    from = to;
  }
  return parts;
}

/** Writes a packet's length as segments, the last of which is shorter than a full one. */
function lacingOf(length: number): number[] {
  return [...Array<number>(Math.floor(length / SEGMENT)).fill(SEGMENT), length % SEGMENT];
}

/** Sums up a page as if there were zeros where the sum itself stands. */
function checksum(page: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < page.length; at += 1) {
    const byte = at >= CHECKSUM_AT && at < CHECKSUM_AT + 4 ? 0 : (page[at] ?? 0);
    sum = (sum << 8) ^ (CHECKSUMS[((sum >>> 24) ^ byte) & 0xff] ?? 0);
  }
  return sum >>> 0;
}
