import type { EndProof } from './end-proof.js';
import { GatheredBytes } from './gathered-bytes.js';

const SIGNATURE = 'OggS';
const HEADER = 27;
const FLAGS = 5;
const IS_FIRST = 2;
const IS_LAST = 4;
/** Bytes of a segment of a packet that goes on. */
const FULL_SEGMENT = 255;

/**
 * Follows the pages of an Ogg stream (RFC 3533): it is whole behind one that says that it is the last. It is cut in the middle of a
 * page, behind one whose last packet goes on, and where one of several files in a row said which page is its last and this one does
 * not. By itself the lack of a last page shows nothing: some writers never say which it is.
 */
export class OggEnd implements EndProof {
  readonly #header = new GatheredBytes();
  /** Bytes of the page that are still to come, once its header is there. */
  #left = 0;
  #isLast = false;
  #goesOn = false;
  /** Whether a last page has come, and a file behind it. */
  #hasEnded = false;
  #isFollowed = false;
  #isBroken = false;

  add(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isBroken) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, rest.length);
        this.#left -= skipped;
        rest = rest.subarray(skipped);
      } else rest = this.#readHeader(rest);
    }
  }

  isWhole(): boolean {
    return this.#isLast && this.#left === 0 && this.#header.length === 0 && !this.#isBroken;
  }

  isCut(): boolean {
    if (this.#isBroken) return false;
    if (this.#left > 0) return true;
    // Behind the last page a few bytes may be anything.
    if (this.#header.length > 0) return !this.#isLast || this.#header.length >= SIGNATURE.length;
    return !this.#isLast && (this.#goesOn || this.#isFollowed);
  }

  #readHeader(rest: Uint8Array): Uint8Array {
    const before = this.#header.length;
    this.#header.add(rest);
    const header = this.#header.bytes;
    if (!SIGNATURE.startsWith(header.toString('latin1', 0, 4))) {
      this.#isBroken = true;
      return rest;
    }
    const length = HEADER + (header[HEADER - 1] ?? 0);
    if (header.length < HEADER || header.length < length) return rest.subarray(rest.length);
    this.#left = header.subarray(HEADER, length).reduce((sum, lacing) => sum + lacing, 0);
    const flags = header[FLAGS] ?? 0;
    // What runs beside the sound may end before it, but it begins with it.
    this.#isFollowed ||= this.#hasEnded && (flags & IS_FIRST) !== 0;
    this.#isLast = (flags & IS_LAST) !== 0;
    this.#hasEnded ||= this.#isLast;
    this.#goesOn = length > HEADER && header[length - 1] === FULL_SEGMENT;
    this.#header.take();
    return rest.subarray(length - before);
  }
}
