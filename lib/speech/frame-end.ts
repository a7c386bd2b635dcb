import type { EndProof } from './end-proof.js';
import { LONGEST_FRAME_HEADER, type FrameHeader } from './frame-header.js';
import { GatheredBytes } from './gathered-bytes.js';
import { isInfoFrame, readExtent, type StatedExtent } from './info-frame.js';
import { skipTags } from './tags.js';

/** Most bytes of what stands in front of the frames, or behind them. */
const MOST_TAGS = 256 * 1024;
/** Bytes of a tag that stands behind the sound (ID3v1). */
const LAST_TAG = 128;

/**
 * Follows the frames of MP3 or ADTS. They are whole where the last one ends with the body, and where there are as many as the first one
 * says, or, where none says it, they last as long as the text: a server that died between two frames left a shorter speech.
 */
export class FrameEnd implements EndProof {
  readonly #read: (bytes: Uint8Array, at?: number) => FrameHeader | undefined;
  readonly #fits: (seconds: number) => boolean;
  /** What has come and is not read yet. */
  readonly #gathered = new GatheredBytes();
  #place: 'tags' | 'first frame' | 'frames' | 'behind' | 'broken' = 'tags';
  /** Bytes of a frame that are still to come. */
  #left = 0;
  #stated: StatedExtent = { frames: undefined, bytes: undefined };
  /** Bytes of all frames, and of the one among them that only describes the others. */
  #bytes = 0;
  #infoBytes = 0;
  #frames = 0;
  #seconds = 0;

  constructor(read: (bytes: Uint8Array, at?: number) => FrameHeader | undefined, fits: (seconds: number) => boolean) {
    this.#read = read;
    this.#fits = fits;
  }

  add(bytes: Uint8Array): void {
    const skipped = Math.min(this.#left, bytes.length);
    this.#left -= skipped;
    if (skipped === bytes.length || this.#place === 'broken') return;
    this.#gathered.add(bytes.subarray(skipped));
    const all = this.#gathered.take();
    const at = this.#readAll(all);
    this.#left = Math.max(0, at - all.length);
    if (at < all.length) this.#gathered.add(all.subarray(at));
    if (this.#gathered.length > MOST_TAGS) this.#place = 'broken';
  }

  isWhole(): boolean {
    if (this.#place === 'broken' || this.#left > 0 || this.#frames === 0) return false;
    if (!isTags(this.#gathered.bytes)) return false;
    const { frames, bytes } = this.#stated;
    // Some encoders count the one that has the count in it, and some do not.
    if (bytes !== undefined) return bytes === this.#bytes || bytes === this.#bytes - this.#infoBytes;
    if (frames !== undefined) return frames === this.#frames || frames === this.#frames + 1;
    return this.#fits(this.#seconds);
  }

  /** Reads what is there, and returns where the next thing begins, which may be beyond it. */
  #readAll(bytes: Uint8Array): number {
    let at = 0;
    if (this.#place === 'tags') {
      const start = skipTags(bytes);
      if (start === undefined || start === bytes.length) return 0;
      this.#place = 'first frame';
      at = start;
    }
    while (this.#place !== 'behind' && bytes.length >= at + LONGEST_FRAME_HEADER) {
      const header = this.#read(bytes, at);
      if (header === undefined) {
        this.#place = this.#frames > 0 ? 'behind' : 'broken';
        break;
      }
      if (this.#place === 'first frame') {
        if (bytes.length < at + header.length) break;
        this.#place = 'frames';
        const frame = bytes.subarray(at, at + header.length);
        if (isInfoFrame(frame)) {
          this.#stated = readExtent(frame);
          this.#infoBytes = header.length;
          this.#bytes += header.length;
          at += header.length;
          continue;
        }
      }
      this.#bytes += header.length;
      this.#frames += 1;
      this.#seconds += header.samples / header.sampleRate;
      at += header.length;
    }
    return at;
  }
}

/** Says whether bytes behind the sound are whole tags, or none at all. */
function isTags(bytes: Buffer): boolean {
  const hasLast = bytes.length >= LAST_TAG && bytes.toString('latin1', bytes.length - LAST_TAG).startsWith('TAG');
  const others = hasLast ? bytes.subarray(0, -LAST_TAG) : bytes;
  return others.length === 0 || skipTags(others) === others.length;
}
