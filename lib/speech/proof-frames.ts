import { readAdtsHeader, readMp3Header } from './frame-header.js';
import type { Proof } from './proof.js';

const ID3_HEADER = 10;
const ID3_FOOTER_FLAG = 0x10;
const FRAME_HEADER = 4;
const ADTS_HEADER = 7;
const ADTS_CHECKSUM = 2;

/** Skips ID3v2 tags and looks for an MPEG layer III frame with something in it. */
export function proveMp3(bytes: Uint8Array): Proof {
  const start = skipId3(bytes);
  if (start === undefined) return 'need-more';
  const frame = bytes.subarray(start);
  if (frame.length >= 1 && frame[0] !== 0xff) return 'not-audio';
  if (frame.length < FRAME_HEADER) return 'need-more';
  if (readMp3Header(frame) === undefined) return 'not-audio';
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
  for (const read of [readMp3Header, readAdtsHeader]) {
    const header = read(bytes);
    if (header === undefined) continue;
    if (bytes.length < header.length + ADTS_HEADER) return 'need-more';
    if (read(bytes, header.length) !== undefined) return 'not-audio';
  }
  return 'proven';
}

/** Returns where the sound begins, or undefined when the tag is not whole yet. */
export function skipId3(bytes: Uint8Array): number | undefined {
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
