import type { SoundShape, SpeechFormat } from '../../audio/formats.js';
import { readAdtsHeader, readMp3Header } from '../../audio/frame-header.js';
import { isInfoFrame } from '../../audio/info-frame.js';
import { FlacStream } from './flac-stream.js';
import { FlacConcat } from './flac.js';
import { FrameConcat, type FrameKind } from './frames.js';
import { OpusStream } from './opus-stream.js';
import { OpusConcat } from './opus.js';
import { PlainStream } from './plain-stream.js';
import { PcmConcat, WavConcat } from './samples.js';
import type { Chunk, SegmentConcat } from './segment-concat.js';
import type { SegmentStream } from './segment-stream.js';

/** What joins the segments of one speech: the stream that they become, and what each of them goes through on its way there. */
interface Joining {
  readonly stream: SegmentStream;
  readonly begin: (isFirst: boolean) => SegmentConcat;
}

const FRAMES: Readonly<Record<'mp3' | 'aac', FrameKind>> = {
  mp3: { read: readMp3Header, isSound: (frame) => !isInfoFrame(frame) },
  aac: { read: readAdtsHeader, isSound: () => true },
};

const JOININGS: Readonly<Record<SpeechFormat, () => Joining>> = {
  mp3: () => joinFrames('mp3'),
  opus() {
    const stream = new OpusStream();
    return { stream, begin: () => new OpusConcat(stream) };
  },
  aac: () => joinFrames('aac'),
  flac() {
    const stream = new FlacStream();
    return { stream, begin: () => new FlacConcat(stream) };
  },
  wav() {
    const stream = new PlainStream('wav');
    return { stream, begin: (isFirst) => new WavConcat(stream.accept, isFirst) };
  },
  pcm() {
    const stream = new PlainStream('pcm');
    return { stream, begin: (isFirst) => new PcmConcat(stream.accept, isFirst) };
  },
};

/** Joins segments into one stream of a format. The first to be joined says which shape all others have to have. */
export class Concatenator {
  readonly format: SpeechFormat;
  readonly #joining: Joining;
  #goBack: () => void = () => undefined;

  constructor(format: SpeechFormat) {
    this.format = format;
    this.#joining = JOININGS[format]();
  }

  /** The shape of what was joined first. */
  get shape(): SoundShape | undefined {
    return this.#joining.stream.shape;
  }

  /** @param isFirst whether nothing is to stand before the segment */
  begin(isFirst: boolean): SegmentConcat {
    this.#goBack = this.#joining.stream.mark();
    return this.#joining.begin(isFirst);
  }

  /** Forgets the segment that was begun last, of which nothing was sent. */
  rewind(): void {
    this.#goBack();
  }

  /** Forgets the first segment, of which nothing was sent. */
  reset(): void {
    this.#joining.stream.reset();
  }

  /** Makes what stands in place of a segment. */
  rest(seconds: number): Chunk {
    return this.#joining.stream.rest(seconds);
  }

  /** Returns what has to stand before everything else. */
  head(): Uint8Array {
    return this.#joining.stream.head();
  }

  /** Returns what has to stand behind everything else. */
  tail(): Uint8Array {
    return this.#joining.stream.tail();
  }
}

function joinFrames(format: 'mp3' | 'aac'): Joining {
  const stream = new PlainStream(format);
  return { stream, begin: () => new FrameConcat(FRAMES[format], stream.accept) };
}
