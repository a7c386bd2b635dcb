import { readAdtsHeader, readMp3Header } from './frame-header.js';
import { isInfoFrame } from './info-frame.js';
import type { Sniffed } from './sniffed.js';
import { skipTags } from './tags.js';

const FRAME_HEADER = 4;
/** Bytes of a frame in which a mark stands where there is one, that it only describes the file. */
const INFO_MARK = 44;
const ADTS_HEADER = 7;
const ADTS_CHECKSUM = 2;

/** Skips tags and the frame that describes the file, and looks for an MPEG layer III frame with something in it. */
export function sniffMp3(bytes: Uint8Array): Sniffed {
  const start = skipTags(bytes);
  if (start === undefined) return 'need-more';
  for (let at = start; ;) {
    const frame = bytes.subarray(at);
    // Behind a frame that describes it there is MP3, though no sound as yet: tags may follow, or nothing.
    const otherwise = at === start ? 'not-audio' : 'need-more';
    if (frame.length >= 1 && frame[0] !== 0xff) return otherwise;
    if (frame.length < FRAME_HEADER) return 'need-more';
    const header = readMp3Header(frame);
    if (header === undefined) return otherwise;
    if (frame.length < Math.min(header.length, INFO_MARK)) return 'need-more';
    if (!isInfoFrame(frame)) return 'valid';
    at += header.length;
  }
}

/** Looks for an ADTS frame with something in it. */
export function sniffAac(bytes: Uint8Array): Sniffed {
  const start = skipTags(bytes);
  if (start === undefined) return 'need-more';
  for (let at = start; ;) {
    const [sync, flags, profile] = bytes.subarray(at);
    const otherwise = at === start ? 'not-audio' : 'need-more';
    if (sync !== undefined && sync !== 0xff) return otherwise;
    if (flags !== undefined && (flags & 0xf6) !== 0xf0) return otherwise;
    if (profile !== undefined && ((profile >> 2) & 0xf) > 12) return otherwise;
    if (flags === undefined || bytes.length < at + ADTS_HEADER) return 'need-more';
    const size = ADTS_HEADER + ((flags & 1) === 0 ? ADTS_CHECKSUM : 0);
    const header = readAdtsHeader(bytes, at);
    if (header === undefined) return otherwise;
    if (header.length > size) return bytes.length > at + size ? 'valid' : 'need-more';
    // Nothing but its header: it describes sound and has none.
    at += size;
  }
}

/**
 * Looks whether these are no compressed frames after all: the header of one can be chance, two in their distance hardly ever are.
 */
export function sniffNoFrames(bytes: Uint8Array): Sniffed {
  for (const read of [readMp3Header, readAdtsHeader]) {
    const header = read(bytes);
    if (header === undefined) continue;
    if (bytes.length < header.length + ADTS_HEADER) return 'need-more';
    if (read(bytes, header.length) !== undefined) return 'not-audio';
  }
  return 'valid';
}
