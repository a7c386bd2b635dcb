import type { Sniffed } from './sniffed.js';
import { skipTags } from './tags.js';
import { behindChunk, beginsWav, CHUNK_HEADER, mayDescribe } from './wav-chunks.js';
import { readWavHeader } from './wav-header.js';

const OGG_HEADER = 27;
const OGG_FIRST = 2;

/** Bytes of sound without a stated size that are more than the two sizes that some writers put behind it. */
const LEAST_OPEN_SOUND = 9;

/** Walks the chunks of WAV files to the sound, and wants some of it: what stands in its place may be a chunk or another file. */
export function sniffWav(bytes: Uint8Array): Sniffed {
  for (let start = 0; ;) {
    const header = readWavHeader(bytes.subarray(start));
    if (header === 'not-wav') return start === 0 ? 'not-audio' : 'need-more';
    if (header === 'need-more') return header;
    const sound = start + header.dataStart;
    if (header.dataSize !== undefined) return bytes.length > sound ? 'valid' : 'need-more';
    const behind = behindChunks(bytes, sound);
    if (bytes.length < behind + LEAST_OPEN_SOUND) return 'need-more';
    const begins = beginsWav(bytes, behind);
    if (begins !== true) return begins === false ? 'valid' : begins;
    start = behind;
  }
}

/** Skips the chunks that stand where the sound should; the end of the bytes while one may only be beginning. */
function behindChunks(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  while (mayDescribe(bytes, at)) {
    if (bytes.length < at + CHUNK_HEADER) return bytes.length;
    at = Math.min(bytes.length, behindChunk(bytes, at + CHUNK_HEADER, view.getUint32(at + 4, true)));
  }
  return at;
}

/**
 * Reads how long a WAV file says it is, so that its end can be told from a cut.
 *
 * @returns bytes in all, or undefined where the header does not say
 */
export function declaredWavLength(bytes: Uint8Array): number | undefined {
  const header = readWavHeader(bytes);
  if (typeof header === 'string' || header.dataSize === undefined) return undefined;
  return header.dataStart + header.dataSize;
}

/** Walks the metadata blocks of a FLAC stream to the first frame, and wants its synchronisation code and a byte more. */
export function sniffFlac(bytes: Uint8Array): Sniffed {
  const start = skipTags(bytes);
  if (start === undefined) return 'need-more';
  if (!agrees(bytes, start, 'fLaC')) return 'not-audio';
  const view = viewOf(bytes);
  let at = start + 4;
  for (;;) {
    if (bytes.length < at + 4) return 'need-more';
    const isLast = view.getUint8(at) >= 0x80;
    at += 4 + (view.getUint32(at) & 0xffffff);
    if (isLast) break;
  }
  const [sync, code] = bytes.subarray(at);
  if (sync !== undefined && sync !== 0xff) return 'not-audio';
  if (code !== undefined && (code & 0xfc) !== 0xf8) return 'not-audio';
  return bytes.length > at + 2 ? 'valid' : 'need-more';
}

/** Walks the pages of an Ogg stream past Opus's two header packets, and wants one byte of sound. */
export function sniffOpus(bytes: Uint8Array): Sniffed {
  let at = 0;
  let packets = 0;
  for (;;) {
    if (!agrees(bytes, at, 'OggS')) return 'not-audio';
    if (bytes.length < at + OGG_HEADER) return 'need-more';
    const segments = bytes[at + OGG_HEADER - 1] ?? 0;
    const table = bytes.subarray(at + OGG_HEADER, at + OGG_HEADER + segments);
    if (table.length < segments) return 'need-more';
    const payload = at + OGG_HEADER + segments;
    const size = table.reduce((sum, lacing) => sum + lacing, 0);
    // Another stream may follow one that has nothing but its headers.
    const isFirst = ((bytes[at + 5] ?? 0) & OGG_FIRST) !== 0;
    if (isFirst) packets = 0;
    if (isFirst && !agrees(bytes, payload, 'OpusHead')) return 'not-audio';
    if (at === 0 && !isFirst) return 'not-audio';
    // OpusHead has its page alone, and so does the end of OpusTags (RFC 7845): sound begins on a page of its own.
    if (packets >= 2 && size > 0) return bytes.length > payload ? 'valid' : 'need-more';
    packets += table.filter((lacing) => lacing < 255).length;
    at = payload + size;
    if (bytes.length < at) return 'need-more';
  }
}

/** Says whether the bytes from there on agree with a word as far as they go. */
function agrees(bytes: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return true;
    if (byte !== word.charCodeAt(index)) return false;
  }
  return true;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
