import type { FlacFrameHeader } from '../../audio/flac-frame-header.js';
import { FLAC_INFO_LENGTH, readFlacInfo, type FlacInfo } from '../../audio/flac-head.js';
import { SpeechError } from '../../speech/error.js';
import { ByteQueue } from './byte-queue.js';
import { FlacFrames, isFlacSignature, isTag, type FlacFrame } from './flac-frames.js';
import { LEAST_BLOCK, type FlacStream } from './flac-stream.js';
import { IncompatibleSoundError, type Chunk, type SegmentConcat } from './segment-concat.js';
import { allOrNone } from './segment-stream.js';

const SIGNATURE = 4;
const BLOCK_HEADER = 4;

/** Takes the frames out of a file, and nothing of what describes it, and puts them into the one stream of the speech. */
export class FlacConcat implements SegmentConcat {
  readonly #stream: FlacStream;
  readonly #queue = new ByteQueue();
  readonly #frames = new FlacFrames(this.#queue);
  #expects: 'signature' | 'blocks' | 'frames' = 'signature';
  /** Bytes of a block that nobody needs, pictures for one, which are still to come. */
  #skipped = 0;
  #isLastBlock = false;
  #info: FlacInfo | undefined;
  /** A frame that is too short for any place but the end. */
  #scrap: FlacFrame | undefined;
  /** Samples of the file, and seconds of all of them that came before it. */
  #samples = 0;
  #seconds = 0;

  constructor(stream: FlacStream) {
    this.#stream = stream;
  }

  get heard(): number {
    return this.#seconds + (this.#samples + this.#frames.pending) / (this.#info?.shape.sampleRate ?? Infinity);
  }

  add(bytes: Uint8Array): Chunk[] {
    this.#queue.add(bytes);
    return allOrNone(this.#stream, () => this.#read(false));
  }

  end(isLast: boolean): Chunk[] {
    const pieces = allOrNone(this.#stream, () => this.#read(true));
    if (this.#queue.length > 0 && !isTag(this.#queue.bytes)) this.#failCut();
    this.#endFile();
    // Behind it there would be more, for which it is too short to stand before.
    return isLast && this.#scrap !== undefined ? [...pieces, this.#stream.write(this.#scrap)] : pieces;
  }

  abort(): Chunk[] {
    return [];
  }

  #read(isEnd: boolean): Chunk[] {
    const pieces: Chunk[] = [];
    for (;;) {
      if (this.#expects !== 'frames') {
        if (!this.#readHead()) return pieces;
        continue;
      }
      const frame = this.#frames.next(isEnd);
      if (frame !== undefined) pieces.push(...this.#take(frame));
      else if (this.#isAtSignature) this.#endFile();
      else return pieces;
    }
  }

  get #isAtSignature(): boolean {
    return this.#queue.length >= SIGNATURE && isFlacSignature(this.#queue.bytes);
  }

  /** Reads the next thing before the frames. Returns whether it was there. */
  #readHead(): boolean {
    const queue = this.#queue;
    const { bytes } = queue;
    if (this.#skipped > 0) {
      if (bytes.length === 0) return false;
      const skipped = Math.min(this.#skipped, bytes.length);
      this.#skipped -= skipped;
      queue.skip(skipped);
    } else if (this.#expects === 'signature') {
      if (bytes.length < SIGNATURE) return false;
      if (!isFlacSignature(bytes)) throw new IncompatibleSoundError('this is no FLAC');
      queue.skip(SIGNATURE);
      this.#expects = 'blocks';
    } else if (this.#isLastBlock) {
      this.#expects = 'frames';
    } else return this.#readBlock(bytes);
    return true;
  }

  #readBlock(bytes: Uint8Array): boolean {
    const [kind = 0, high = 0, middle = 0, low = 0] = bytes;
    const length = (high << 16) | (middle << 8) | low;
    const isInfo = this.#info === undefined;
    if (bytes.length < BLOCK_HEADER + (isInfo ? FLAC_INFO_LENGTH : 0)) return false;
    if (isInfo) {
      if ((kind & 0x7f) !== 0 || length !== FLAC_INFO_LENGTH)
        throw new IncompatibleSoundError('this FLAC does not say its shape');
      this.#info = readFlacInfo(bytes.subarray(BLOCK_HEADER, BLOCK_HEADER + FLAC_INFO_LENGTH));
      if (this.#info === undefined) throw new IncompatibleSoundError('the sound has neither one channel nor two');
      this.#stream.accept(this.#info);
    }
    this.#isLastBlock = kind >= 0x80;
    this.#skipped = length;
    this.#queue.skip(BLOCK_HEADER);
    return true;
  }

  #take(frame: FlacFrame): Chunk[] {
    this.#checkShape(frame.header);
    this.#samples += frame.header.samples;
    const frames = this.#scrap === undefined ? [frame] : [this.#scrap, frame];
    this.#scrap = undefined;
    if (frame.header.samples < LEAST_BLOCK) this.#scrap = frames.pop();
    return frames.map((each) => this.#stream.write(each));
  }

  /** A frame may leave its shape to the head, or say it once more. */
  #checkShape({ sampleRate, channels, bitsPerSample }: FlacFrameHeader): void {
    const { shape } = this.#info ?? {};
    const isOther = (found: number, said: number | undefined): boolean => found !== 0 && found !== said;
    const { bitsPerSample: bits = 16 } = shape ?? {};
    if (isOther(sampleRate, shape?.sampleRate) || isOther(bitsPerSample, bits) || channels !== shape?.channels) {
      throw new IncompatibleSoundError('a frame has another shape than its file');
    }
  }

  /** Goes on with the next of several files in a row, or with none. */
  #endFile(): void {
    if (this.#info?.samples !== undefined && this.#samples < this.#info.samples) this.#failCut();
    this.#seconds = this.heard;
    this.#samples = 0;
    this.#info = undefined;
    this.#isLastBlock = false;
    this.#expects = 'signature';
  }

  #failCut(): never {
    throw new SpeechError('truncated', 'the sound is shorter than its header says, or ends in the middle of a frame');
  }
}
