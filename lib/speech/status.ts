import type { CircuitState, HealthCheckResult, HealthState } from '../resilience/index.js';
import type { SpeechStatusName } from './events.js';

/** Why a provider did not speak, as plain data. */
export interface ProviderFailure {
  /** The code of the failure. */
  readonly code: string;
  /** Says it in a sentence, for the operator: which file is missing, what a worker died of. Never a text, a server's address or a key. */
  readonly reason?: string;
  /** Unix time in milliseconds at which it failed. */
  readonly at: number;
}

/** What is known of one provider, as plain data. */
export interface ProviderStatus {
  /** Its name. */
  readonly name: string;
  /** Its kind: `remote`, `local`, `text`, or what an object of your own says. */
  readonly type: string;
  /** What its checks and what it spoke lately say. */
  readonly state: HealthState;
  /** Whether requests are let through to it. */
  readonly circuit: CircuitState;
  /** Requests it is working on, bodies that are still on their way and places that cool down included. */
  readonly running: number;
  /** Requests that wait for a place. */
  readonly queued: number;
  /** Requests that it is given at a time now: what it turned out to bear, up to `bulkhead.maxConcurrent`. Null where nothing bounds them. */
  readonly limit: number | null;
  /** Its last failure; null where there was none. */
  readonly lastError: ProviderFailure | null;
  /** Its last health check; null before the first. */
  readonly lastCheck: HealthCheckResult | null;
}

/** A snapshot of the whole chain, in fallback order. */
export interface SpeechStatus {
  /** The state of the chain as a whole. */
  readonly status: SpeechStatusName;
  /** The state of each provider. */
  readonly providers: readonly ProviderStatus[];
}
