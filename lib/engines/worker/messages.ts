import type { CommandOptions } from '../command/command.js';
import type { EngineVoice } from '../engine.js';
import type { ConvertJob } from './convert-job.js';
import type { ConvertStreamJob, JobInput } from './convert-stream-job.js';
import type { SpeakHead, SpeakJob } from './speak-job.js';
import type { PlainFailure } from './worker-failure.js';

/** What a worker is started with. */
export interface WorkerStart {
  readonly choice: EngineChoice;
  /** The memory of its `LoadGate`, entered: starting is a load. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

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
 * and nothing more is asked before it has answered. A job that is fed gets its input with each. `cancel` may come at any time, and so
 * may `leave`, upon which the thread ends as soon as it has no file in its hands.
 */
export type ToWorker =
  | ({ readonly id: number } & (
      ((WorkerTask | { readonly type: 'go' }) & { readonly input?: JobInput }) | { readonly type: 'cancel' }
    ))
  | { readonly type: 'leave' };

/** What a worker tells about a job. All but `head` end its turn. */
export type JobMessage = { readonly id: number } & (
  | { readonly type: 'head'; readonly head: SpeakHead }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly type: 'voices'; readonly voices: readonly EngineVoice[]; readonly engines: readonly string[] }
  /** A job without a last piece: the engine gave no sound. */
  | { readonly type: 'end' }
  | ({ readonly type: 'failed' } & PlainFailure)
);

/**
 * What a worker tells. `loaded` says that its engine can speak, `unusable` that nothing can be done with it any more: its engine could
 * not be loaded, or it has crashed.
 */
export type FromWorker = JobMessage | { readonly type: 'loaded' } | ({ readonly type: 'unusable' } & PlainFailure);
