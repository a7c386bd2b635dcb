const HEADER = 27;
const SEGMENT = 255;
const IS_FIRST = 2;
const IS_LAST = 4;
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
  page.writeUInt32LE(checksum(page), 22);
  return page;
}

/** Writes a packet's length as segments, the last of which is shorter than a full one. */
function lacingOf(length: number): number[] {
  return [...Array<number>(Math.floor(length / SEGMENT)).fill(SEGMENT), length % SEGMENT];
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum << 8) ^ (CHECKSUMS[((sum >>> 24) ^ byte) & 0xff] ?? 0);
  return sum >>> 0;
}
