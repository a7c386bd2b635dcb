import type { SpeechWarning } from './provider.js';
import type { SpeechRequest } from './request.js';
import type { SpokenAudio } from './spoken.js';

/** What the cache had for a request: `off` where nobody looked. */
export type CacheResult = 'hit' | 'miss' | 'off';

/** Audio that was sent once, from its first byte to its last. */
export interface CachedAudio {
  /** Differs from one synthesis to the next, that of the same request too: bytes of two of them never fit together. */
  readonly id: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Name of the provider that made it. */
  readonly provider: string;
  readonly warnings: readonly SpeechWarning[];
}

/** Whole audio for those who ask for it again. */
export interface AudioCache {
  /** Finds what was made for the same request under the same configuration. */
  get(request: SpeechRequest): CachedAudio | undefined;
  /**
   * Keeps the audio once it has ended well. It reads along with whoever sends the rest and holds nothing up, so that it has to be called
   * before somebody else takes the first byte of that.
   */
  set(request: SpeechRequest, audio: SpokenAudio, options: KeepOptions): void;
}

export interface KeepOptions {
  readonly id: string;
  /** Says, when all of it is there, who made it; null when it is not to be kept after all. */
  readonly provider: () => string | null;
}

/** Whole audio that a player asks for piece by piece, whoever spoke it. */
export interface PlayedAudio extends CachedAudio {
  /** Whether somebody else than the first provider had a part in it. */
  readonly degraded: boolean;
}

/** What players have under way, for as long as they go on asking. */
export interface PlayerMemory {
  /** Finds what is played at this address under the same configuration. */
  get(request: SpeechRequest, fallback: 'chain' | 'none'): PlayedAudio | undefined;
  /** Keeps audio for its player. Returns what is played at this address from now on, which is somebody else's where he was faster. */
  add(request: SpeechRequest, fallback: 'chain' | 'none', audio: PlayedAudio): PlayedAudio;
  /** Takes room for bytes that are being gathered. Returns false where there is none. */
  reserve(bytes: number): boolean;
  /** Gives that room back. */
  release(bytes: number): void;
}
