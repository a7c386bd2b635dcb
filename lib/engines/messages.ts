import type { SpeechErrorCode } from '../speech/error.js';
import type { CommandOptions } from './command.js';
import type { ConvertJob } from './convert-job.js';
import type { ConvertStreamJob, JobInput } from './convert-stream-job.js';
import type { EngineVoice } from './engine.js';
import type { SpeakHead, SpeakJob } from './speak-job.js';

/** Which engine a worker is to run. */
export type EngineChoice =
  | { readonly kind: 'embedded'; readonly flite: WebAssembly.Module }
  | {
      readonly kind: 'command';
      readonly command: CommandOptions;
      readonly voice: string | undefined;
      /** Shared memory that holds the process id of the program that runs, or 0, for whoever outlives the worker. */
      readonly running?: Int32Array;
    }
  | { readonly kind: 'module'; readonly module: string }
  /** None: the worker converts sound, and speaks nothing. */
  | { readonly kind: 'none' };

/** What a worker can be given to do. */
export type WorkerTask =
  | { readonly type: 'speak'; readonly job: SpeakJob }
  | { readonly type: 'convert'; readonly job: ConvertJob }
  | { readonly type: 'convert-stream'; readonly job: ConvertStreamJob }
  | { readonly type: 'voices' };

/**
 * What a worker is told. It does one thing at a time: a task and `go` ask for one piece each, of a new job and of one that was begun,
 * and nothing more is asked before it has answered. A job that is fed gets its input with each. `cancel` may come at any time.
 */
export type ToWorker = { readonly id: number } & (
  ((WorkerTask | { readonly type: 'go' }) & { readonly input?: JobInput }) | { readonly type: 'cancel' }
);

/** What a worker tells about a job. All but `head` end its turn. */
export type JobMessage = { readonly id: number } & (
  | { readonly type: 'head'; readonly head: SpeakHead }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly type: 'voices'; readonly voices: readonly EngineVoice[]; readonly engines: readonly string[] }
  /** A job without a last piece: the engine gave no sound. */
  | { readonly type: 'end' }
  | WorkerFailure<'failed'>
);

/** What a worker tells. `unusable` says that its engine could not be loaded, so that nothing can be done with it any more. */
export type FromWorker = JobMessage | { readonly type: 'loaded' } | WorkerFailure<'unusable'>;

export interface WorkerFailure<Type extends string> {
  readonly type: Type;
  readonly code: SpeechErrorCode;
  readonly message: string;
  /** Whether the failure is the engine's, and not want of something that this process has run out of. */
  readonly blamesProvider: boolean;
}
