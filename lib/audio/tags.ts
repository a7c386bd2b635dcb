const ID3_HEADER = 10;
const ID3_FOOTER_FLAG = 0x10;
const APE_HEADER = 32;

/**
 * Skips what stands before sound and tells of it: ID3v2 and APE tags, and the zeros that fill some of them up.
 *
 * @returns where the sound begins, or undefined while a tag is not whole
 */
export function skipTags(bytes: Uint8Array): number | undefined {
  let start = 0;
  for (;;) {
    const end = endOfId3(bytes, start) ?? endOfApe(bytes, start);
    if (end === undefined) return start;
    if (bytes.length < end) return undefined;
    start = end;
    while (bytes[start] === 0) start += 1;
  }
}

/** Where an ID3v2 tag ends that begins there (ID3v2.4, 3.1); beyond the bytes while that cannot be seen. */
function endOfId3(bytes: Uint8Array, start: number): number | undefined {
  if (!mayBegin(bytes, start, 'ID3')) return undefined;
  const header = bytes.subarray(start, start + ID3_HEADER);
  if (header.length < ID3_HEADER) return Number.POSITIVE_INFINITY;
  const size = header.subarray(6).reduce((sum, byte) => (sum << 7) | (byte & 0x7f), 0);
  const footer = ((header[5] ?? 0) & ID3_FOOTER_FLAG) === 0 ? 0 : ID3_HEADER;
  return start + ID3_HEADER + size + footer;
}

/** Where an APE tag ends that begins there; its size is that of all but the header. */
function endOfApe(bytes: Uint8Array, start: number): number | undefined {
  if (!mayBegin(bytes, start, 'APETAGEX')) return undefined;
  if (bytes.length < start + APE_HEADER) return Number.POSITIVE_INFINITY;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, APE_HEADER);
  return start + APE_HEADER + view.getUint32(12, true);
}

/** Says whether a word begins there, as far as the bytes go. */
function mayBegin(bytes: Uint8Array, start: number, word: string): boolean {
  const found = String.fromCharCode(...bytes.subarray(start, start + word.length));
  return found !== '' && word.startsWith(found);
}
