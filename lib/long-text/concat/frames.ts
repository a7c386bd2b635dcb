import type { SoundShape } from '../../audio/formats.js';
import { LONGEST_FRAME_HEADER, type FrameHeader } from '../../audio/frame-header.js';
import { isHalfFrame } from '../../audio/half-frame.js';
import { skipTags } from '../../audio/tags.js';
import { SpeechError } from '../../speech/error.js';
import { IncompatibleSoundError, type Chunk, type SegmentConcat } from './segment-concat.js';

/** How the frames of a format are read. */
export interface FrameKind {
  readonly read: (bytes: Uint8Array, at: number) => FrameHeader | undefined;
  /** Tells sound from a frame that says something about the file; asked of the first frame. */
  readonly isSound: (frame: Uint8Array) => boolean;
}

/** Most bytes that are searched for a frame: a tag at the end, or a picture of some size in the middle. */
const MOST_JUNK = 256 * 1024;

/**
 * Passes on whole frames and nothing else: no tags, and no description of a file that is only a part. Every frame can follow every
 * other, as an encoder that begins anew takes nothing from what was before it; so a segment can end after any of them.
 */
export class FrameConcat implements SegmentConcat {
  readonly #kind: FrameKind;
  readonly #accept: (header: FrameHeader) => SoundShape;
  #rest: Uint8Array = new Uint8Array();
  #isBegun = false;
  #before: FrameHeader | undefined;
  #junk = 0;
  #heard = 0;

  constructor(kind: FrameKind, accept: (header: FrameHeader) => SoundShape) {
    this.#kind = kind;
    this.#accept = accept;
  }

  get heard(): number {
    return this.#heard;
  }

  add(bytes: Uint8Array): Chunk[] {
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const start = this.#isBegun ? 0 : skipTags(data);
    if (start === undefined) {
      this.#rest = data;
      return [];
    }
    this.#isBegun = true;
    return this.#cut(data, start);
  }

  end(): Chunk[] {
    // What is left is less than a frame: the beginning of one, or, behind what is none, anything.
    if (this.#junk === 0 && this.#before !== undefined && isHalfFrame(this.#rest, this.#before, this.#kind.read)) {
      throw new SpeechError('truncated', 'the sound ends in the middle of a frame');
    }
    return [];
  }

  abort(): Chunk[] {
    return [];
  }

  #cut(data: Uint8Array, start: number): Chunk[] {
    const { read, isSound } = this.#kind;
    const runs: Uint8Array[] = [];
    let seconds = 0;
    let run = start;
    let at = start;
    const endRun = (next: number): void => {
      if (at > run) runs.push(data.subarray(run, at));
      at = next;
      run = next;
    };
    while (data.length - at >= LONGEST_FRAME_HEADER) {
      const header = read(data, at);
      if (header === undefined) {
        this.#skipJunk();
        endRun(at + 1);
        continue;
      }
      const isCertain = this.#junk === 0 || this.#isFollowed(data, at + header.length);
      if (isCertain === undefined || data.length < at + header.length) break;
      if (!isCertain) {
        this.#skipJunk();
        endRun(at + 1);
        continue;
      }
      this.#junk = 0;
      if (this.#before === undefined && !isSound(data.subarray(at, at + header.length))) {
        endRun(at + header.length);
        continue;
      }
      this.#accept(header);
      this.#before = header;
      at += header.length;
      seconds += header.samples / header.sampleRate;
    }
    endRun(at);
    this.#heard += seconds;
    this.#rest = data.subarray(at);
    const [only] = runs;
    if (only === undefined) return [];
    return [{ bytes: runs.length === 1 ? only : Buffer.concat(runs), seconds }];
  }

  /** After junk, a header may be chance: only one that another follows is believed. Undefined while that cannot be seen. */
  #isFollowed(data: Uint8Array, at: number): boolean | undefined {
    if (data.length - at < LONGEST_FRAME_HEADER) return undefined;
    return this.#kind.read(data, at) !== undefined;
  }

  #skipJunk(): void {
    this.#junk += 1;
    if (this.#junk > MOST_JUNK) throw new IncompatibleSoundError('there are no more frames');
  }
}
