import type { SpeechFormat } from '../audio/formats.js';
import type { SpeechErrorCode } from './error.js';

/**
 * The steps in which a fallback entry is tried; an entry that is not a remote has `speak` alone.
 *
 * - `address`: it is one that may be called
 * - `lookup`: its name is resolved
 * - `connect`: somebody listens
 * - `tls`: the certificate is trusted
 * - `http`: HTTP is spoken
 * - `auth`: the key is taken
 * - `models`, `voices`: the model and the voice are there
 * - `speak`: it says a word, in each format
 */
export type VerificationStepName =
  'address' | 'lookup' | 'connect' | 'tls' | 'http' | 'auth' | 'models' | 'voices' | 'speak';

/** What came of one step. */
export interface VerificationStep {
  /** What was tried. */
  readonly step: VerificationStepName;
  /** Whether it went well. */
  readonly ok: boolean;
  /** Milliseconds it took. */
  readonly ms: number;
  /** Why it failed. */
  readonly code?: SpeechErrorCode;
  /** What to do about it, or what is worth knowing although it went well. Never a key. */
  readonly hint?: string;
}

/** What came of trying a fallback entry without using it. */
export interface Verification {
  /** Whether it would speak. A missing list of models or voices does not stand in the way of that. */
  readonly ok: boolean;
  /** In the order they were tried; what comes after a step that ends it is not there. */
  readonly steps: readonly VerificationStep[];
  /** What was learnt on the way. */
  readonly found?: {
    /** The formats that it makes. */
    readonly formats?: readonly SpeechFormat[];
    /** The voices that it lists. */
    readonly voices?: readonly string[];
    /** The models that it lists. */
    readonly models?: readonly string[];
    /** Milliseconds to the first byte of sound. */
    readonly firstByte?: number;
  };
}
