import type { CircuitState, HealthCheckResult, HealthState } from '../resilience/index.js';
import type { SpeechStatusName } from './events.js';

/** Why a provider did not speak, as plain data. */
export interface ProviderFailure {
  readonly code: string;
  /** Says it in a sentence, for the operator: which file is missing, what a worker died of. Never a text, a server's address or a key. */
  readonly reason?: string;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** What is known of one provider, as plain data. */
export interface ProviderStatus {
  readonly name: string;
  readonly type: string;
  readonly state: HealthState;
  readonly circuit: CircuitState;
  /** Requests it is working on, bodies that are still on their way and places that cool down included. */
  readonly running: number;
  readonly queued: number;
  /** Requests that it is given at a time now: what it turned out to bear, up to `bulkhead.maxConcurrent`. Null where nothing bounds them. */
  readonly limit: number | null;
  /** Its last failure. */
  readonly lastError: ProviderFailure | null;
  readonly lastCheck: HealthCheckResult | null;
}

/** A snapshot of the whole chain, in fallback order. */
export interface SpeechStatus {
  readonly status: SpeechStatusName;
  readonly providers: readonly ProviderStatus[];
}
