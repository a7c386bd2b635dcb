import type { SpeechFormat } from '../../lib/index.js';

/** The type that the contract gives each format, written down once more: tests do not ask the code what is right. */
export const CONTENT_TYPES: Readonly<Record<SpeechFormat, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};
