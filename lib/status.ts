import type { SpeechStatusName } from './events.js';
import type { CircuitState, HealthCheckResult, HealthState } from './resilience/index.js';

/** What is known of one provider, as plain data. */
export interface ProviderStatus {
  readonly name: string;
  readonly type: string;
  readonly state: HealthState;
  readonly circuit: CircuitState;
  /** Requests it is working on, bodies that are still on their way and places that cool down included. */
  readonly running: number;
  readonly queued: number;
  /** Its last failure; `at` is Unix time in milliseconds. */
  readonly lastError: { readonly code: string; readonly at: number } | null;
  readonly lastCheck: HealthCheckResult | null;
}

/** A snapshot of the whole chain, in fallback order. */
export interface SpeechStatus {
  readonly status: SpeechStatusName;
  readonly providers: readonly ProviderStatus[];
}
