import { isNoSound } from './behind-sound.js';
import type { EndProof } from './end-proof.js';

/** Bytes from the beginning to the end of the first block of metadata, which says what the sound is (RFC 9639, 8.2). */
const STREAM_INFO_END = 42;
/** Most bytes of a frame: one of the longest blocks that speech has, two channels of it, hardly packed. */
const MOST_FRAME = 64 * 1024;
/** Fewest bytes of one. */
const LEAST_FRAME = 8;
/** Bytes of the longest header of one, and of what else stands around its samples. */
const LONGEST_HEADER = 16;
/** Most frames that are looked at from the end, each of which has to be summed up. */
const MOST_FRAMES = 32;
/** Bytes behind a frame that may be anything: of more, its sum would be right by chance at too many places. */
const MOST_JUNK = 8;
/** Seconds from which on a number of samples stands for an unknown one: an hour, as for WAV. */
const LONGEST = 3_600;
/** How a file begins: its signature, and the header of the block that has to be the first, be it the last or not. */
const BEGINNINGS = ['fLaC\0\0\0\x22', 'fLaC\x80\0\0\x22'].map((each) => Buffer.from(each, 'latin1'));

/** What a byte does to a checksum, by byte. */
interface Checksum {
  readonly table: Uint16Array;
  readonly width: 8 | 16;
}

const HEADER_CHECKSUM = createChecksum(0x07, 8);
const FRAME_CHECKSUM = createChecksum(0x8005, 16);

/**
 * Keeps the end of a FLAC stream, which is whole where its last frame is, and where that ends at the last sample that the header knows
 * of. Whoever streams leaves that open; then the sound has to last as long as its text. It is cut where its last frame is not all
 * there, or where that ends before the last sample.
 */
export class FlacEnd implements EndProof {
  readonly #fits: (seconds: number) => boolean;
  #info: StreamInfo | undefined;
  /** The last bytes, and more in front of them, so that they need not be moved for each that comes. */
  #tail = Buffer.alloc(0);
  #tailLength = 0;
  /** Where in them the file begins that is being read, which may be one of several in a row, or 0 where it began before them. */
  #fileStart = 0;

  constructor(fits: (seconds: number) => boolean) {
    this.#fits = fits;
  }

  add(bytes: Uint8Array): void {
    // Files may begin anywhere in what comes at once.
    for (let at = 0; at < bytes.length; at += MOST_FRAME) this.#keep(bytes.subarray(at, at + MOST_FRAME));
  }

  isWhole(): boolean {
    if (this.#info === undefined) return false;
    const samples = samplesTo(this.#end, this.#info.blockSize);
    if (samples === undefined) return false;
    const { samples: stated, sampleRate } = this.#info;
    return stated === 0 ? this.#fits(samples / sampleRate) : samples === stated;
  }

  isCut(): boolean {
    if (this.#info === undefined || this.#info.mostFrame > MOST_FRAME) return false;
    const { samples: stated, sampleRate, blockSize } = this.#info;
    const end = this.#end;
    const samples = samplesTo(end, blockSize) ?? samplesBefore(end, blockSize);
    if (samples === undefined) return hasFrame(end);
    return samples < stated && stated / sampleRate < LONGEST;
  }

  get #end(): Buffer {
    return this.#tail.subarray(Math.max(this.#fileStart, this.#tailLength - MOST_FRAME), this.#tailLength);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#tailLength + bytes.length > this.#tail.length) {
      const kept = this.#end;
      if (this.#tail.length === 0) this.#tail = Buffer.alloc(2 * MOST_FRAME);
      this.#tail.set(kept);
      this.#tailLength = kept.length;
      this.#fileStart = 0;
    }
    const before = this.#tailLength;
    this.#tail.set(bytes, before);
    this.#tailLength += bytes.length;
    this.#lookForFile(Math.max(0, before - STREAM_INFO_END));
  }

  /** Takes what a file says, behind its tags or behind another, in place of what the one before it said. */
  #lookForFile(from: number): void {
    const there = this.#tail.subarray(0, this.#tailLength);
    for (let at = there.indexOf('fLaC', from, 'latin1'); at !== -1; at = there.indexOf('fLaC', at + 1, 'latin1')) {
      const isFile = BEGINNINGS.some((each) => each.equals(there.subarray(at, at + each.length)));
      if (!isFile || there.length < at + STREAM_INFO_END) continue;
      this.#info = readStreamInfo(there.subarray(at));
      this.#fileStart = at;
    }
  }
}

interface StreamInfo {
  /** Hertz. */
  readonly sampleRate: number;
  /** Samples of each channel, or 0 where it is not known. */
  readonly samples: number;
  /** Samples of each block but the last, where all have as many. */
  readonly blockSize: number;
  /** Bytes of the longest frame that there can be: one that is not packed at all. */
  readonly mostFrame: number;
}

function readStreamInfo(bytes: Buffer): StreamInfo {
  const facts = bytes.readBigUInt64BE(18);
  const blockSize = bytes.readUInt16BE(10);
  const channels = Number((facts >> 41n) & 7n) + 1;
  const bitsPerSample = Number((facts >> 36n) & 31n) + 1;
  return {
    sampleRate: Number(facts >> 44n) || 1,
    samples: Number(facts & 0xfffffffffn),
    blockSize,
    mostFrame: Math.ceil((blockSize * channels * (bitsPerSample + 1)) / 8) + LONGEST_HEADER * channels,
  };
}

/** Finds the frame that ends where the bytes do, and returns how many samples there are to its end; undefined where none does. */
function samplesTo(bytes: Buffer, blockSize: number): number | undefined {
  for (const { at, header } of framesFromEnd(bytes)) {
    if (checksum(bytes.subarray(at), FRAME_CHECKSUM) === 0) return samplesBehind(header, blockSize);
  }
  return undefined;
}

/** The same for a frame behind which something stands that is surely none of the sound. */
function samplesBefore(bytes: Buffer, blockSize: number): number | undefined {
  for (const { at, header } of framesFromEnd(bytes)) {
    let sum = 0;
    for (let end = at; end < bytes.length; end += 1) {
      if (sum === 0 && end >= at + LEAST_FRAME && isBehind(bytes.subarray(end)))
        return samplesBehind(header, blockSize);
      sum = ((sum << 8) & 0xffff) ^ (FRAME_CHECKSUM.table[(sum >> 8) ^ (bytes[end] ?? 0)] ?? 0);
    }
  }
  return undefined;
}

/** Says whether bytes are none of the sound: a few of any kind, or what is known to stand there, but not the beginning of a frame. */
function isBehind(rest: Buffer): boolean {
  const [sync, kind = 0xf8] = rest;
  const isFrame = sync === 0xff && (kind & 0xfe) === 0xf8;
  return !isFrame && (rest.length <= MOST_JUNK || isNoSound(rest));
}

/** Finds what may be the beginnings of frames, from the last to the first. */
function* framesFromEnd(bytes: Buffer): Generator<{ readonly at: number; readonly header: FlacFrameHeader }> {
  let left = MOST_FRAMES;
  for (let at = bytes.length - LEAST_FRAME; at >= 0 && left > 0; at -= 1) {
    // A quick look first: this is asked of every byte.
    const header = bytes[at] === 0xff ? readFrameHeader(bytes, at) : undefined;
    if (header === undefined) continue;
    left -= 1;
    yield { at, header };
  }
}

function samplesBehind({ isNumbered, number, samples }: FlacFrameHeader, blockSize: number): number {
  return (isNumbered ? number * blockSize : number) + samples;
}

/** Says whether a frame begins anywhere in the bytes, or, at their end, may begin. */
function hasFrame(bytes: Buffer): boolean {
  for (let at = bytes.length - 2; at >= 0; at -= 1) {
    if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8) continue;
    if (at + LONGEST_HEADER > bytes.length || readFrameHeader(bytes, at) !== undefined) return true;
  }
  return false;
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
