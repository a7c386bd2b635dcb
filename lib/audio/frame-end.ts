import { isNoSound, skipAllTags } from './behind-sound.js';
import type { EndProof } from './end-proof.js';
import { LONGEST_FRAME_HEADER, type FrameHeader } from './frame-header.js';
import { GatheredBytes } from './gathered-bytes.js';
import { isAlike, isHalfFrame } from './half-frame.js';
import { isInfoFrame, readExtent, type StatedExtent } from './info-frame.js';
import { skipTags } from './tags.js';

/** Most bytes of what stands in front of the frames, or behind them. */
const MOST_TAGS = 256 * 1024;
/** Seconds from which on a number of frames stands for an unknown one: an hour, as for WAV. */
const LONGEST = 3_600;
/** Bytes of a second of MP3 at its highest bit rate. */
const MOST_BYTE_RATE = 40_000;

const NOTHING_STATED: StatedExtent = { frames: undefined, bytes: undefined };

/**
 * Follows the frames of MP3 or ADTS. They are whole where the last one ends with the body, and where there are as many as the first one
 * says, or, where none says it, they last as long as the text: a server that died between two frames left a shorter speech. They are
 * cut where the last one is not all there, or where there are fewer than the first one says.
 */
export class FrameEnd implements EndProof {
  readonly #read: (bytes: Uint8Array, at?: number) => FrameHeader | undefined;
  readonly #fits: (seconds: number) => boolean;
  /** What has come and is not read yet. */
  readonly #gathered = new GatheredBytes();
  #place: 'tags' | 'first frame' | 'frames' | 'behind' | 'broken' = 'tags';
  /** Bytes of a frame that are still to come, and whether it is like the one before. */
  #left = 0;
  #isLeftOfSound = false;
  #before: FrameHeader | undefined;
  #stated: StatedExtent = NOTHING_STATED;
  /** Bytes of all frames of this file, and of the one among them that only describes the others. */
  #bytes = 0;
  #infoBytes = 0;
  #frames = 0;
  #seconds = 0;
  /** Whether one of several files in a row, before this one, had fewer frames than it says. */
  #wasShort = false;

  constructor(read: (bytes: Uint8Array, at?: number) => FrameHeader | undefined, fits: (seconds: number) => boolean) {
    this.#read = read;
    this.#fits = fits;
  }

  add(bytes: Uint8Array): void {
    const skipped = Math.min(this.#left, bytes.length);
    this.#left -= skipped;
    if (skipped === bytes.length || this.#place === 'broken') return;
    this.#gathered.add(bytes.subarray(skipped));
    const all = this.#gathered.bytes;
    const at = this.#readAll(all);
    this.#left = Math.max(0, at - all.length);
    if (at > 0) {
      this.#gathered.take();
      if (at < all.length) this.#gathered.add(all.subarray(at));
    }
    if (this.#gathered.length <= MOST_TAGS) return;
    this.#place = 'broken';
    this.#gathered.take();
  }

  isWhole(): boolean {
    if (this.#place === 'broken' || this.#left > 0 || this.#frames === 0 || this.#wasShort) return false;
    const behind = this.#gathered.bytes;
    if (skipAllTags(behind) !== behind.length) return false;
    const { frames, bytes } = this.#stated;
    // Some encoders count the one that has the count in it, and some do not.
    if (bytes !== undefined) return bytes === this.#bytes || bytes === this.#bytes - this.#infoBytes;
    if (frames !== undefined) return frames === this.#frames || frames === this.#frames + 1;
    return this.#fits(this.#seconds);
  }

  isCut(): boolean {
    const rest = this.#gathered.bytes;
    if (this.#wasShort) return true;
    switch (this.#place) {
      case 'tags':
      case 'broken':
        return false;
      case 'first frame': {
        const header = this.#read(rest);
        return header !== undefined && rest.length < header.length;
      }
      case 'frames':
        if (this.#left > 0) return this.#isLeftOfSound;
        return (
          (this.#before !== undefined && isHalfFrame(rest, this.#before, this.#read)) || this.#isShort(rest.length)
        );
      case 'behind':
        // Behind what is neither sound nor a tag there may be more of it, which was not counted.
        return isNoSound(rest) && this.#isShort(rest.length);
    }
  }

  /** Reads what is there, and returns where the next thing begins, which may be beyond it. */
  #readAll(bytes: Buffer): number {
    let at = 0;
    if (this.#place === 'tags') {
      const start = skipTags(bytes);
      if (start === undefined || start === bytes.length) return 0;
      this.#place = 'first frame';
      at = start;
    }
    for (;;) {
      if (this.#place === 'behind') {
        const next = this.#nextFile(bytes.subarray(at));
        if (next === undefined) return at;
        at += next;
      }
      at = this.#readFrames(bytes, at);
      if (this.#place !== 'behind') return at;
    }
  }

  #readFrames(bytes: Buffer, from: number): number {
    let at = from;
    while (bytes.length >= at + LONGEST_FRAME_HEADER) {
      const header = this.#read(bytes, at);
      if (header === undefined) {
        this.#place = this.#frames > 0 ? 'behind' : 'broken';
        break;
      }
      const isThere = bytes.length >= at + header.length;
      if (this.#place === 'first frame') {
        if (!isThere) break;
        this.#place = 'frames';
        this.#beginFile(bytes.subarray(at, at + header.length));
      } else this.#count(header);
      this.#isLeftOfSound = this.#before !== undefined && isAlike(header, this.#before);
      if (isThere) this.#before = header;
      at += header.length;
    }
    return at;
  }

  #beginFile(frame: Buffer): void {
    const header = this.#read(frame);
    if (header === undefined) return;
    this.#stated = NOTHING_STATED;
    this.#bytes = 0;
    this.#infoBytes = 0;
    this.#frames = 0;
    if (!isInfoFrame(frame)) {
      this.#count(header);
      return;
    }
    this.#stated = readExtent(frame);
    this.#infoBytes = header.length;
    this.#bytes = header.length;
  }

  #count({ length, samples, sampleRate }: FrameHeader): void {
    this.#bytes += length;
    this.#frames += 1;
    this.#seconds += samples / sampleRate;
  }

  /** Looks for another file behind the tags of this one, as where files were put one behind the other. Undefined while none is seen. */
  #nextFile(bytes: Buffer): number | undefined {
    const at = skipAllTags(bytes);
    if (at === undefined || at === 0 || bytes.length < at + LONGEST_FRAME_HEADER) return undefined;
    if (this.#read(bytes, at) === undefined) return undefined;
    this.#wasShort ||= this.#isShort(at);
    this.#place = 'first frame';
    return at;
  }

  /** Whether there are fewer frames than the first one says, with so many bytes behind them: some writers count those as well. */
  #isShort(behind: number): boolean {
    const { frames, bytes } = this.#stated;
    const { samples = 0, sampleRate = 1 } = this.#before ?? {};
    if (frames !== undefined && (frames * samples) / sampleRate < LONGEST) {
      // Some encoders count the one that has the count in it: the bytes say whether this is one of them.
      if (frames !== this.#frames + 1) return frames > this.#frames;
    } else if (frames !== undefined) return false;
    return bytes !== undefined && bytes > this.#bytes + behind && bytes <= LONGEST * MOST_BYTE_RATE;
  }
}
