import { FlacEnd } from './flac-end.js';
import type { SpeechFormat } from './formats.js';
import { FrameEnd } from './frame-end.js';
import { readAdtsHeader, readMp3Header } from './frame-header.js';
import { OggEnd } from './ogg-end.js';
import { canBeAllOf, type SpokenText } from '../text/spoken-length.js';

/**
 * Follows a body to say at its end what its container shows of that. Where the end of the connection is the end of the body, nothing
 * else says that it is whole. Where the end was announced, a server may have announced the end of a file that broke off before it.
 */
export interface EndProof {
  add(bytes: Uint8Array): void;
  /** Whether the sound ends where these bytes end. In doubt it does not. */
  isWhole(): boolean;
  /** Whether these bytes themselves show that more belongs behind them. In doubt they do not: a whole file is never called cut. */
  isCut(): boolean;
}

/** Makes the proof of a compressed format. WAV proves itself with its header, and bare samples cannot. */
export function createEndProof(format: Exclude<SpeechFormat, 'wav' | 'pcm'>, text: SpokenText): EndProof {
  const fits = (seconds: number): boolean => canBeAllOf(text, seconds);
  switch (format) {
    case 'mp3':
      return new FrameEnd(readMp3Header, fits);
    case 'aac':
      return new FrameEnd(readAdtsHeader, fits);
    case 'flac':
      return new FlacEnd(fits);
    case 'opus':
      return new OggEnd();
  }
}
