import { sumOfFrame, sumOfHeader } from './flac-checksum.js';
import type { SoundShape } from './formats.js';

/** Bytes of the longest header: both numbers that may follow in it, behind the longest number of a frame. */
export const LONGEST_FLAC_HEADER = 16;
/** Bytes of the checksum at the end of a frame. */
const FRAME_SUM = 2;
const NUMBER_AT = 4;

/** Samples of a frame by code, where they do not follow behind its number. */
const BLOCK_SIZES = [
  ...[undefined, 192, 576, 1_152, 2_304, 4_608, undefined, undefined],
  ...[256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768],
];
/** Hertz by code; 0 where the stream's head says it. */
const RATES = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** The code of a length that follows in 16 bits, and of a rate that follows in 8, 16 and 16 bits. */
const SIZE_FOLLOWS = 7;
const KILOHERTZ_FOLLOW = 12;
const HERTZ_FOLLOW = 13;
const TENS_FOLLOW = 14;
/** Bits a sample by code; 0 where the stream's head says it. */
const BITS = [0, 8, 12, undefined, 16, 20, 24, 32];
const USUAL_BITS = 16;
/** The code of two channels of which the second is the difference of both, and two more that have something to do with one another. */
const LEFT_AND_DIFFERENCE = 8;
const MOST_ASSIGNMENT = 10;

/** What the header of a FLAC frame says (RFC 9639, 9.1). */
export interface FlacFrameHeader {
  /** Bytes of the header, its checksum included. */
  readonly length: number;
  /** Samples of each channel. */
  readonly samples: number;
  /** Hertz; 0 where the stream's head says it. */
  readonly sampleRate: number;
  readonly channels: number;
  /** The code of the channels and of how the frame has them. */
  readonly assignment: number;
  /** 0 where the stream's head says it. */
  readonly bitsPerSample: number;
}

/** Where a frame stands in its stream. */
export interface FlacFramePlace {
  /** `frames`: all are of one length, and counted. `samples`: they are of several, and what is before one is counted. */
  readonly counts: 'frames' | 'samples';
  readonly number: number;
}

/** Reads the header that begins there. Undefined where none does, `need-more` where it is not all there yet. */
export function readFlacFrameHeader(bytes: Uint8Array, at = 0): FlacFrameHeader | 'need-more' | undefined {
  const [sync = 0xff, flags = 0xf8, sizeAndRate, kind, first] = bytes.subarray(at, at + NUMBER_AT + 1);
  if (sync !== 0xff || (flags & 0xfe) !== 0xf8) return undefined;
  if (sizeAndRate === undefined || kind === undefined || first === undefined) return 'need-more';
  const [size, rate] = [sizeAndRate >> 4, sizeAndRate & 15];
  const [assignment, bitsPerSample] = [kind >> 4, BITS[(kind >> 1) & 7]];
  const numberLength = lengthOfNumber(first);
  if (size === 0 || rate === 15 || assignment > MOST_ASSIGNMENT || (kind & 1) !== 0) return undefined;
  if (bitsPerSample === undefined || numberLength === undefined) return undefined;
  const sizeAt = at + NUMBER_AT + numberLength;
  const rateAt = sizeAt + (size === SIZE_FOLLOWS ? 2 : size === SIZE_FOLLOWS - 1 ? 1 : 0);
  const end = rateAt + (rate === KILOHERTZ_FOLLOW ? 1 : rate > KILOHERTZ_FOLLOW ? 2 : 0);
  if (bytes.length <= end) return 'need-more';
  if (sumOfHeader(bytes.subarray(at, end)) !== bytes[end]) return undefined;
  return {
    length: end + 1 - at,
    samples: BLOCK_SIZES[size] ?? bigEndian(bytes.subarray(sizeAt, rateAt)) + 1,
    sampleRate: RATES[rate] ?? bigEndian(bytes.subarray(rateAt, end)) * unitOf(rate),
    channels: assignment < LEFT_AND_DIFFERENCE ? assignment + 1 : 2,
    assignment,
    bitsPerSample,
  };
}

/**
 * Writes a header. It says its shape itself, as encoders have it: players take frames that do not for chance where others do.
 *
 * @param assignment how the frame has its channels; each by itself where this is not given
 */
export function flacFrameHeader(
  { sampleRate, channels, bitsPerSample = USUAL_BITS }: SoundShape,
  samples: number,
  { counts, number }: FlacFramePlace,
  assignment = channels - 1,
): Uint8Array {
  const [rate, rateBytes] = codedRate(sampleRate);
  const kind = (assignment << 4) | (Math.max(0, BITS.indexOf(bitsPerSample)) << 1);
  const start = [0xff, 0xf8 | (counts === 'samples' ? 1 : 0), (SIZE_FOLLOWS << 4) | rate, kind];
  const header = [...start, ...codedNumber(number), (samples - 1) >> 8, (samples - 1) & 0xff, ...rateBytes];
  return Uint8Array.of(...header, sumOfHeader(Uint8Array.from(header)));
}

/** Copies a frame under another header. */
export function flacFrameUnder(header: Uint8Array, frame: Uint8Array, { length }: FlacFrameHeader): Uint8Array {
  const copy = Buffer.alloc(header.length + frame.length - length);
  copy.set(header);
  copy.set(frame.subarray(length), header.length);
  const end = copy.length - FRAME_SUM;
  copy.writeUInt16BE(sumOfFrame(copy.subarray(0, end)), end);
  return copy;
}

/** Makes a frame of zeros: a constant for each channel. */
export function silentFlacFrame(shape: SoundShape, samples: number, place: FlacFramePlace): Uint8Array {
  const { channels, bitsPerSample = USUAL_BITS } = shape;
  const header = flacFrameHeader(shape, samples, place);
  const frame = Buffer.alloc(header.length + Math.ceil((channels * (8 + bitsPerSample)) / 8) + FRAME_SUM);
  frame.set(header);
  const end = frame.length - FRAME_SUM;
  frame.writeUInt16BE(sumOfFrame(frame.subarray(0, end)), end);
  return frame;
}

/** Writes a rate as its code, or as what follows behind the number where it has none. What no number can say is left to the head. */
function codedRate(sampleRate: number): readonly [code: number, bytes: readonly number[]] {
  const code = RATES.indexOf(sampleRate);
  if (code !== -1) return [code, []];
  return sampleRate < 0x10000 ? [HERTZ_FOLLOW, [sampleRate >> 8, sampleRate & 0xff]] : [0, []];
}

function unitOf(rate: number): number {
  return rate === KILOHERTZ_FOLLOW ? 1_000 : rate === TENS_FOLLOW ? 10 : 1;
}

/** Writes a number of up to 36 bits as UTF-8 writes a character, which FLAC extends to seven bytes. */
function codedNumber(number: number): number[] {
  if (number < 0x80) return [number];
  const following: number[] = [];
  let rest = number;
  let room = 0x3f;
  while (rest > room) {
    following.unshift(0x80 | (rest % 0x40));
    // More than 32 bits, which shifting would cut off.
    rest = Math.floor(rest / 0x40);
    room >>>= 1;
  }
  return [(~(2 * room + 1) & 0xff) | rest, ...following];
}

/** Ones before the first zero say how many bytes a number has; one alone begins none. */
function lengthOfNumber(first: number): number | undefined {
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return 1;
  return ones === 1 || ones === 8 ? undefined : ones;
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => 256 * sum + byte, 0);
}
