import type { EndProof } from './end-proof.js';
import { GatheredBytes } from './gathered-bytes.js';

const HEADER = 27;
const FLAGS = 5;
const IS_LAST = 4;

/** Follows the pages of an Ogg stream (RFC 3533): it is whole behind one that says that it is the last. */
export class OggEnd implements EndProof {
  readonly #header = new GatheredBytes();
  /** Bytes of the page that are still to come, once its header is there. */
  #left = 0;
  #isLast = false;
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

  #readHeader(rest: Uint8Array): Uint8Array {
    const before = this.#header.length;
    this.#header.add(rest);
    const header = this.#header.bytes;
    if (!'OggS'.startsWith(header.toString('latin1', 0, 4))) {
      this.#isBroken = true;
      return rest;
    }
    const length = HEADER + (header[HEADER - 1] ?? 0);
    if (header.length < HEADER || header.length < length) return rest.subarray(rest.length);
    this.#left = header.subarray(HEADER, length).reduce((sum, lacing) => sum + lacing, 0);
    this.#isLast = ((header[FLAGS] ?? 0) & IS_LAST) !== 0;
    this.#header.take();
    return rest.subarray(length - before);
  }
}
