import type { Proof } from './proof.js';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
const OGG_HEADER = 27;
/** Sizes from here on are what writers to a pipe put where they do not know. */
const UNKNOWN_SIZE = 0x7ff00000;

/** Walks the chunks of a RIFF file to the sound, and wants one byte of it. */
export function proveWav(bytes: Uint8Array): Proof {
  const view = viewOf(bytes);
  if (!agrees(bytes, 0, 'RIFF') || !agrees(bytes, 8, 'WAVE')) return 'not-audio';
  let at = RIFF_HEADER;
  for (;;) {
    if (bytes.length < at + CHUNK_HEADER) return 'need-more';
    if (agrees(bytes, at, 'data')) return bytes.length > at + CHUNK_HEADER ? 'proven' : 'need-more';
    const size = view.getUint32(at + 4, true);
    at += CHUNK_HEADER + size + (size % 2);
  }
}

/**
 * Reads how long a WAV file says it is, so that its end can be told from a cut.
 *
 * @returns bytes in all, or undefined where the header does not say
 */
export function declaredWavLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < RIFF_HEADER || !agrees(bytes, 0, 'RIFF')) return undefined;
  const size = viewOf(bytes).getUint32(4, true);
  return size <= RIFF_HEADER || size >= UNKNOWN_SIZE ? undefined : size + CHUNK_HEADER;
}

/** Walks the metadata blocks of a FLAC stream to the first frame, and wants its synchronisation code and a byte more. */
export function proveFlac(bytes: Uint8Array): Proof {
  if (!agrees(bytes, 0, 'fLaC')) return 'not-audio';
  const view = viewOf(bytes);
  let at = 4;
  for (;;) {
    if (bytes.length < at + 4) return 'need-more';
    const isLast = view.getUint8(at) >= 0x80;
    at += 4 + (view.getUint32(at) & 0xffffff);
    if (isLast) break;
  }
  const [sync, code] = bytes.subarray(at);
  if (sync !== undefined && sync !== 0xff) return 'not-audio';
  if (code !== undefined && (code & 0xfc) !== 0xf8) return 'not-audio';
  return bytes.length > at + 2 ? 'proven' : 'need-more';
}

/** Walks the pages of an Ogg stream past Opus's two header packets, and wants one byte of sound. */
export function proveOpus(bytes: Uint8Array): Proof {
  let at = 0;
  let packets = 0;
  for (;;) {
    if (!agrees(bytes, at, 'OggS')) return 'not-audio';
    if (bytes.length < at + OGG_HEADER) return 'need-more';
    const segments = bytes[at + OGG_HEADER - 1] ?? 0;
    const table = bytes.subarray(at + OGG_HEADER, at + OGG_HEADER + segments);
    if (table.length < segments) return 'need-more';
    const payload = at + OGG_HEADER + segments;
    if (at === 0 && !agrees(bytes, payload, 'OpusHead')) return 'not-audio';
    // OpusHead has its page alone, and so does the end of OpusTags (RFC 7845): sound begins on a page of its own.
    if (packets >= 2 && segments > 0) return bytes.length > payload ? 'proven' : 'need-more';
    packets += table.filter((lacing) => lacing < 255).length;
    at = payload + table.reduce((sum, lacing) => sum + lacing, 0);
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
