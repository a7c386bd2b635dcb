import type { EndProof } from './end-proof.js';
import { GatheredBytes } from './gathered-bytes.js';
import { skipTags } from './tags.js';

/** Bytes from the beginning to the end of the first block of metadata, which says what the sound is (RFC 9639, 8.2). */
const STREAM_INFO_END = 42;
const MOST_TAGS = 256 * 1024;
/** Most bytes of a frame: one of the longest blocks that speech has, two channels of it, hardly packed. */
const MOST_FRAME = 64 * 1024;
/** Fewest bytes of one. */
const LEAST_FRAME = 8;

/** What a byte does to a checksum, by byte. */
interface Checksum {
  readonly table: Uint16Array;
  readonly width: 8 | 16;
}

const HEADER_CHECKSUM = createChecksum(0x07, 8);
const FRAME_CHECKSUM = createChecksum(0x8005, 16);

/**
 * Keeps the end of a FLAC stream, which is whole where its last frame is, and where that ends at the last sample that the header knows
 * of. Whoever streams leaves that open; then the sound has to last as long as its text.
 */
export class FlacEnd implements EndProof {
  readonly #fits: (seconds: number) => boolean;
  readonly #beginning = new GatheredBytes();
  #info: StreamInfo | undefined;
  #end: Buffer = Buffer.alloc(0);

  constructor(fits: (seconds: number) => boolean) {
    this.#fits = fits;
  }

  add(bytes: Uint8Array): void {
    if (this.#info === undefined && this.#beginning.length < MOST_TAGS) {
      this.#beginning.add(bytes);
      this.#info = readStreamInfo(this.#beginning.bytes);
    }
    this.#end = Buffer.from(Buffer.concat([this.#end, bytes]).subarray(-MOST_FRAME));
  }

  isWhole(): boolean {
    if (this.#info === undefined) return false;
    const samples = samplesTo(this.#end, this.#info.blockSize);
    if (samples === undefined) return false;
    const { samples: stated, sampleRate } = this.#info;
    return stated === 0 ? this.#fits(samples / sampleRate) : samples === stated;
  }
}

interface StreamInfo {
  /** Hertz. */
  readonly sampleRate: number;
  /** Samples of each channel, or 0 where it is not known. */
  readonly samples: number;
  /** Samples of each block but the last, where all have as many. */
  readonly blockSize: number;
}

function readStreamInfo(bytes: Buffer): StreamInfo | undefined {
  const start = skipTags(bytes);
  if (start === undefined || bytes.length < start + STREAM_INFO_END) return undefined;
  const facts = bytes.readBigUInt64BE(start + 18);
  return {
    sampleRate: Number(facts >> 44n) || 1,
    samples: Number(facts & 0xfffffffffn),
    blockSize: bytes.readUInt16BE(start + 10),
  };
}

/** Finds the frame that ends where the bytes do, and returns how many samples there are to its end; undefined where none does. */
function samplesTo(bytes: Buffer, blockSize: number): number | undefined {
  for (let at = bytes.length - LEAST_FRAME; at >= 0; at -= 1) {
    // A quick look first: this is asked of every byte.
    if (bytes[at] !== 0xff) continue;
    const header = readFrameHeader(bytes, at);
    if (header === undefined || checksum(bytes.subarray(at), FRAME_CHECKSUM) !== 0) continue;
    const before = header.isNumbered ? header.number * blockSize : header.number;
    return before + header.samples;
  }
  return undefined;
}

interface FlacFrameHeader {
  readonly samples: number;
  /** The number of the frame, or else of its first sample. */
  readonly number: number;
  readonly isNumbered: boolean;
}

/** Reads the header of a frame (RFC 9639, 9.1), which has a checksum of its own. */
function readFrameHeader(bytes: Buffer, at: number): FlacFrameHeader | undefined {
  const [, kind = 0, codes = 0] = bytes.subarray(at, at + 3);
  if ((kind & 0xfe) !== 0xf8) return undefined;
  const coded = readCodedNumber(bytes, at + 4);
  if (coded === undefined) return undefined;
  const sizeCode = codes >> 4;
  const rateCode = codes & 0xf;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0;
  const end = coded.end + sizeBytes + rateBytes + 1;
  if (end > bytes.length || checksum(bytes.subarray(at, end), HEADER_CHECKSUM) !== 0) return undefined;
  const samples = sizeBytes > 0 ? bytes.readUIntBE(coded.end, sizeBytes) + 1 : samplesOfCode(sizeCode);
  return { samples, number: coded.value, isNumbered: kind === 0xf8 };
}

function samplesOfCode(code: number): number {
  if (code === 1) return 192;
  return code < 6 ? 576 << (code - 2) : 256 << (code - 8);
}

/** Reads a number that is written as UTF-8 writes a character, in up to seven bytes. */
function readCodedNumber(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  const first = bytes[at] ?? 0xff;
  const length = Math.clz32(~(first << 24));
  if (length === 1 || length > 7) return undefined;
  let value = length === 0 ? first : first & (0x7f >> length);
  for (const byte of bytes.subarray(at + 1, at + length)) {
    if ((byte & 0xc0) !== 0x80) return undefined;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, end: at + Math.max(1, length) };
}

/** Sums bytes up as a remainder, most significant bit first; 0 where the checksum itself stands at their end. */
function checksum(bytes: Uint8Array, { table, width }: Checksum): number {
  const mask = (1 << width) - 1;
  let sum = 0;
  for (const byte of bytes) sum = ((sum << 8) & mask) ^ (table[((sum >> (width - 8)) ^ byte) & 0xff] ?? 0);
  return sum;
}

function createChecksum(polynomial: number, width: 8 | 16): Checksum {
  const top = 1 << (width - 1);
  const table = Uint16Array.from({ length: 256 }, (_, byte) => {
    let sum = byte << (width - 8);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & top) === 0 ? sum << 1 : (sum << 1) ^ polynomial;
    return sum & ((1 << width) - 1);
  });
  return { table, width };
}
