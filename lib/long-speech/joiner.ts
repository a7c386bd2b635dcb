import type { SoundShape, SpeechFormat } from '../speech/formats.js';
import { readAdtsHeader, readMp3Header } from '../speech/frame-header.js';
import { isInfoFrame } from '../speech/info-frame.js';
import { writeWavHeader } from '../speech/wav-header.js';
import { FrameJoin, type FrameKind } from './frame-join.js';
import { PcmJoin, WavJoin } from './sample-join.js';
import { UnjoinableError, type SegmentJoin } from './segment-join.js';

/** The formats whose pieces can follow one another. */
export const JOINABLE_FORMATS = ['mp3', 'aac', 'wav', 'pcm'] as const satisfies readonly SpeechFormat[];

export type JoinableFormat = (typeof JOINABLE_FORMATS)[number];

export function isJoinable(format: SpeechFormat): format is JoinableFormat {
  return JOINABLE_FORMATS.some((joinable) => joinable === format);
}

const FRAMES: Readonly<Record<'mp3' | 'aac', FrameKind>> = {
  mp3: { read: readMp3Header, isSound: (frame) => !isInfoFrame(frame) },
  aac: { read: readAdtsHeader, isSound: () => true },
};

/** Joins segments into one stream of a format. The first to be joined says which shape all others have to have. */
export class Joiner {
  readonly format: JoinableFormat;
  #shape: SoundShape | undefined;

  constructor(format: JoinableFormat) {
    this.format = format;
  }

  /** The shape of what was joined first. */
  get shape(): SoundShape | undefined {
    return this.#shape;
  }

  /** @param isFirst whether nothing is to stand before the segment */
  begin(isFirst: boolean): SegmentJoin {
    const accept = (found: { readonly sampleRate: number; readonly channels: number }): SoundShape =>
      this.#accept(found);
    switch (this.format) {
      case 'mp3':
      case 'aac':
        return new FrameJoin(FRAMES[this.format], accept);
      case 'wav':
        return new WavJoin(accept, isFirst);
      case 'pcm':
        return new PcmJoin(accept, isFirst);
    }
  }

  /** Returns what has to stand before everything else. */
  head(): Uint8Array {
    return this.format === 'wav' && this.#shape !== undefined
      ? writeWavHeader(this.#shape, 'unknown')
      : new Uint8Array();
  }

  /** Forgets the first segment, of which nothing was sent. */
  reset(): void {
    this.#shape = undefined;
  }

  #accept({ sampleRate, channels }: { readonly sampleRate: number; readonly channels: number }): SoundShape {
    if (channels !== 1 && channels !== 2) throw new UnjoinableError('the sound has neither one channel nor two');
    this.#shape ??= { sampleRate, channels };
    if (this.#shape.sampleRate !== sampleRate || this.#shape.channels !== channels) {
      throw new UnjoinableError('the sound has another shape than what was sent before');
    }
    return this.#shape;
  }
}
