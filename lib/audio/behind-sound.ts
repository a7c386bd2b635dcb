import { skipTags } from './tags.js';
import { isText } from './text-bytes.js';

/** What stands behind the sound of many files (ID3v1), and its length. */
const LAST_TAG = 'TAG';
const LAST_TAG_LENGTH = 128;

/**
 * Skips whole tags of any kind, between two files in a row or behind the last.
 *
 * @returns where something else begins, or undefined while a tag is not whole
 */
export function skipAllTags(bytes: Buffer): number | undefined {
  let at = 0;
  for (;;) {
    const skipped = skipTags(bytes.subarray(at));
    if (skipped === undefined) return undefined;
    at += skipped;
    if (!hasLastTag(bytes, at)) return at;
    if (bytes.length < at + LAST_TAG_LENGTH) return undefined;
    at += LAST_TAG_LENGTH;
  }
}

/** Says whether bytes behind sound are surely none: tags, whole or not, what fills up a block, or what a server has to say. */
export function isNoSound(bytes: Buffer): boolean {
  const at = skipAllTags(bytes);
  if (at === undefined) return true;
  const rest = bytes.subarray(at);
  return isText(rest) || rest.every((byte) => byte === rest[0]);
}

function hasLastTag(bytes: Buffer, at: number): boolean {
  return bytes.toString('latin1', at, at + LAST_TAG.length) === LAST_TAG;
}
