import type { CommandOptions } from './command.js';
import type { EngineVoice } from './engine.js';
import type { SpeakHead, SpeakJob } from './speak-job.js';

/** Which engine a worker is to run. */
export type EngineChoice =
  | { readonly kind: 'embedded'; readonly flite: WebAssembly.Module }
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly command: CommandOptions;
      readonly voice: string | undefined;
    }
  | { readonly kind: 'module'; readonly module: string };

/** Pieces that a worker may send before it is told that one was taken: one to play, one to be ready behind it. */
export const FIRST_CREDIT = 2;

/** What a worker is told. One job at a time. */
export type ToWorker =
  | { readonly type: 'speak'; readonly job: SpeakJob }
  | { readonly type: 'voices' }
  /** One more piece may be sent. */
  | { readonly type: 'credit' }
  | { readonly type: 'cancel' };

/** What a worker tells. A job ends with `end` or `failed`. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'head'; readonly head: SpeakHead }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'voices'; readonly voices: readonly EngineVoice[]; readonly engines: readonly string[] }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };
