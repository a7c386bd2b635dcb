import { FlacEnd } from './flac-end.js';
import type { SpeechFormat } from './formats.js';
import { FrameEnd } from './frame-end.js';
import { readAdtsHeader, readMp3Header } from './frame-header.js';
import { OggEnd } from './ogg-end.js';
import { canBeAllOf, type SpokenText } from './spoken-length.js';

/** Follows a body whose end is the end of its connection, to say at that end whether it is whole: cut, it would look just the same. */
export interface EndProof {
  add(bytes: Uint8Array): void;
  /** Whether the sound ends where these bytes end. */
  isWhole(): boolean;
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
