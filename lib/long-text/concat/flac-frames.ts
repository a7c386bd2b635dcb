import { nextSum } from '../../audio/flac-checksum.js';
import { LONGEST_FLAC_HEADER, readFlacFrameHeader, type FlacFrameHeader } from '../../audio/flac-frame-header.js';
import type { ByteQueue } from './byte-queue.js';
import { IncompatibleSoundError } from './segment-concat.js';

/** Bytes of the longest frame that is waited for: a third of a second without compression at 192 kHz, stereo, 32 bits. */
const MOST_FRAME = 512 * 1024;
const SIGNATURE = Buffer.from('fLaC', 'latin1');
/** A tag that stands behind files of any kind (ID3v1). */
const TAG = Buffer.from('TAG', 'latin1');
const TAG_LENGTH = 128;

export interface FlacFrame {
  readonly bytes: Uint8Array;
  readonly header: FlacFrameHeader;
}

/**
 * Finds frames, which do not say how long they are. One ends where the checksum over it and its own sum is 0, and where another
 * begins, or another file, or nothing: either by itself would be chance now and then.
 */
export class FlacFrames {
  readonly #queue: ByteQueue;
  #header: FlacFrameHeader | undefined;
  /** How far the frame has been summed up. */
  #at = 0;
  #sum = 0;

  /** @param queue what comes; bytes are taken from it frame by frame */
  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  /** Samples of the frame that is not all there yet. */
  get pending(): number {
    return this.#header?.samples ?? 0;
  }

  /**
   * Takes the next frame. Undefined while it is not all there, or where another file begins.
   *
   * @param isEnd whether nothing follows what has come
   */
  next(isEnd: boolean): FlacFrame | undefined {
    const { bytes } = this.#queue;
    const header = (this.#header ??= headerOf(bytes));
    if (header === undefined) return undefined;
    const last = isEnd ? bytes.length : bytes.length - LONGEST_FLAC_HEADER;
    for (; this.#at <= last; this.#at += 1) {
      if (this.#sum === 0 && this.#at > header.length && isBoundary(bytes, this.#at)) return this.#take(header);
      const byte = bytes[this.#at];
      if (byte === undefined) break;
      this.#sum = nextSum(this.#sum, byte);
    }
    if (bytes.length > MOST_FRAME) throw new IncompatibleSoundError('a frame has no end');
    return undefined;
  }

  #take(header: FlacFrameHeader): FlacFrame {
    const frame = { bytes: this.#queue.bytes.subarray(0, this.#at), header };
    this.#queue.skip(this.#at);
    this.#header = undefined;
    this.#at = 0;
    this.#sum = 0;
    return frame;
  }
}

/** Says whether another file begins there, as far as can be seen. */
export function isFlacSignature(bytes: Uint8Array, at = 0): boolean {
  return agrees(bytes, at, SIGNATURE);
}

/** Says whether there is nothing but a tag that was hung on behind a file, as far as can be seen. */
export function isTag(bytes: Uint8Array, at = 0): boolean {
  return bytes.length - at <= TAG_LENGTH && agrees(bytes, at, TAG);
}

function agrees(bytes: Uint8Array, at: number, word: Buffer): boolean {
  const there = bytes.subarray(at, at + word.length);
  return there.length > 0 && word.subarray(0, there.length).equals(there);
}

function isBoundary(bytes: Uint8Array, at: number): boolean {
  if (at === bytes.length || isFlacSignature(bytes, at) || isTag(bytes, at)) return true;
  return typeof readFlacFrameHeader(bytes, at) === 'object';
}

/** Reads the header of the next frame. Undefined where there is none yet, or something else that may stand there. */
function headerOf(bytes: Uint8Array): FlacFrameHeader | undefined {
  if (isFlacSignature(bytes) || isTag(bytes)) return undefined;
  const header = readFlacFrameHeader(bytes);
  if (header === undefined) throw new IncompatibleSoundError('this is no frame of FLAC');
  return header === 'need-more' ? undefined : header;
}
