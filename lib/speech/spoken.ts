import type { Readable } from 'node:stream';
import type { SpeechText, SpeechUsage, SpeechWarning } from './provider.js';

/** Sound on its way to the client: what has come of it, and where the rest is to come from. */
export interface SpokenAudio {
  readonly kind: 'audio';
  readonly contentType: string;
  /** What has come of it, in order. */
  readonly begun: readonly Uint8Array[];
  /** What comes behind that; nothing where the sound is whole. It ends cleanly only when all of the text was spoken. */
  readonly rest: Readable | undefined;
  /** Length in bytes, where it is known before the end. */
  readonly contentLength?: number;
  readonly warnings: readonly SpeechWarning[];
  /** Says what the speech has used; asked once the sound has ended. */
  readonly usage?: () => SpeechUsage | undefined;
}

export type SpokenResult = SpokenAudio | SpeechText;

/** What whoever speaks has to know of the reply that it is for. */
export interface ReplyConditions {
  /** Says whether a client would notice that sound breaks off. Where it would not, the sound has to be whole before it is sent. */
  showsBreak(hasLength: boolean): boolean;
  /** Takes room for bytes that are held in memory until the reply is over. Returns false where there is none. */
  reserve(bytes: number): boolean;
  /** Gives some of that room back. */
  release(bytes: number): void;
}
