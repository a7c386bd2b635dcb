import type { Proof } from './proof.js';

const ID3_HEADER = 10;
const ID3_FOOTER_FLAG = 0x10;
const FRAME_HEADER = 4;
const ADTS_HEADER = 7;
const ADTS_CHECKSUM = 2;

/** Kilobits a second by bit rate index, for MPEG 1 and for MPEG 2 and 2.5, layer III (ISO/IEC 11172-3, 13818-3). */
const BIT_RATES = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** Hertz by version and sample rate index. */
const SAMPLE_RATES: Readonly<Record<number, readonly number[]>> = {
  3: [44_100, 48_000, 32_000],
  2: [22_050, 24_000, 16_000],
  0: [11_025, 12_000, 8_000],
};

/** Skips ID3v2 tags and looks for an MPEG layer III frame with something in it. */
export function proveMp3(bytes: Uint8Array): Proof {
  const start = skipId3(bytes);
  if (start === undefined) return 'need-more';
  const frame = bytes.subarray(start);
  if (frame.length >= 1 && frame[0] !== 0xff) return 'not-audio';
  if (frame.length < FRAME_HEADER) return 'need-more';
  if (frameLength(frame) === undefined) return 'not-audio';
  return frame.length > FRAME_HEADER ? 'proven' : 'need-more';
}

/** Looks for an ADTS frame with something in it. */
export function proveAac(bytes: Uint8Array): Proof {
  const start = skipId3(bytes);
  if (start === undefined) return 'need-more';
  const frame = bytes.subarray(start);
  const [sync, flags, profile] = frame;
  if (sync !== undefined && sync !== 0xff) return 'not-audio';
  if (flags !== undefined && (flags & 0xf6) !== 0xf0) return 'not-audio';
  if (profile !== undefined && ((profile >> 2) & 0xf) > 12) return 'not-audio';
  if (flags === undefined) return 'need-more';
  const header = ADTS_HEADER + ((flags & 1) === 0 ? ADTS_CHECKSUM : 0);
  return frame.length > header ? 'proven' : 'need-more';
}

/**
 * Looks whether these are no compressed frames after all: the header of one can be chance, two in their distance hardly ever are.
 */
export function proveNoFrames(bytes: Uint8Array): Proof {
  for (const lengthOf of [frameLength, adtsLength]) {
    const length = lengthOf(bytes);
    if (length === undefined) continue;
    if (bytes.length < length + ADTS_HEADER) return 'need-more';
    if (lengthOf(bytes.subarray(length)) !== undefined) return 'not-audio';
  }
  return 'proven';
}

/** Reads the length of the ADTS frame that begins here, or returns undefined where none does. */
function adtsLength(bytes: Uint8Array): number | undefined {
  const [sync, flags, profile = 0, high = 0, middle = 0, low = 0] = bytes;
  if (sync !== 0xff || flags === undefined || (flags & 0xf6) !== 0xf0 || ((profile >> 2) & 0xf) > 12) return undefined;
  const length = ((high & 3) << 11) | (middle << 3) | (low >> 5);
  return length < ADTS_HEADER ? undefined : length;
}

/** Returns where the sound begins, or undefined when the tag is not whole yet. */
function skipId3(bytes: Uint8Array): number | undefined {
  let start = 0;
  while (bytes[start] === 0x49 && (bytes[start + 1] ?? 0x44) === 0x44 && (bytes[start + 2] ?? 0x33) === 0x33) {
    const header = bytes.subarray(start, start + ID3_HEADER);
    if (header.length < ID3_HEADER) return undefined;
    const size = header.subarray(6).reduce((sum, byte) => (sum << 7) | (byte & 0x7f), 0);
    const footer = ((header[5] ?? 0) & ID3_FOOTER_FLAG) === 0 ? 0 : ID3_HEADER;
    start += ID3_HEADER + size + footer;
    if (bytes.length < start) return undefined;
  }
  return start;
}

/** Reads the length of the layer III frame that begins here, or returns undefined where none does. */
function frameLength(bytes: Uint8Array): number | undefined {
  const [sync, flags, rates] = bytes;
  if (sync !== 0xff || flags === undefined || rates === undefined) return undefined;
  const version = (flags >> 3) & 3;
  const isLayer3 = (flags & 0xe0) === 0xe0 && ((flags >> 1) & 3) === 1;
  const isMpeg1 = version === 3;
  const bitRate = (isMpeg1 ? BIT_RATES.mpeg1 : BIT_RATES.mpeg2)[rates >> 4];
  const sampleRate = SAMPLE_RATES[version]?.[(rates >> 2) & 3];
  if (!isLayer3 || bitRate === undefined || bitRate === 0 || sampleRate === undefined) return undefined;
  const padding = (rates >> 1) & 1;
  return Math.floor(((isMpeg1 ? 144_000 : 72_000) * bitRate) / sampleRate) + padding;
}
