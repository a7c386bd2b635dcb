import type { EndProof } from './end-proof.js';
import { FlacEnd } from './flac-end.js';
import type { SpeechFormat } from './formats.js';
import { FrameEnd } from './frame-end.js';
import { readAdtsHeader, readMp3Header } from './frame-header.js';
import { OggEnd } from './ogg-end.js';

/**
 * Makes the proof of a compressed format. WAV proves itself with its header, and bare samples cannot.
 *
 * @param fits says whether sound of so many seconds can be all of what was to be spoken
 */
export function createEndProof(
  format: Exclude<SpeechFormat, 'wav' | 'pcm'>,
  fits: (seconds: number) => boolean,
): EndProof {
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
