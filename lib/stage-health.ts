import type { SpeechEvents } from './events.js';
import type { GuardsConfiguration } from './guard-options.js';
import {
  HealthCheck,
  type Clock,
  type Guard,
  type HealthCheckOptions,
  type HealthCheckResult,
  type HealthState,
} from './resilience/index.js';
import { SpeechError } from './speech/error.js';
import type { SpeechProvider } from './speech/provider.js';

export interface StageHealthOptions {
  readonly guards: GuardsConfiguration;
  readonly events: SpeechEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A provider's health checks, and what they do to its circuit. */
export interface StageHealth {
  readonly state: HealthState;
  readonly lastCheck: HealthCheckResult | null;
  start(): Promise<void>;
  stop(): void;
}

/**
 * Makes the health checks of one provider; nothing where it has none or they are off.
 *
 * @param onChange called after each check
 */
export function createStageHealth(
  provider: SpeechProvider,
  guard: Guard,
  { guards, events, clock, random }: StageHealthOptions,
  onChange: () => void,
): StageHealth | undefined {
  const { health, circuitBreaker } = guards;
  if (provider.check === undefined || health === false) return undefined;
  let lastCheck: HealthCheckResult | null = null;
  let lastThrown: SpeechError | undefined;
  // The state has the code alone, one of ours whatever a provider's own check throws; those who listen are told what was behind it.
  const check: HealthCheckOptions['check'] = async (context) => {
    lastThrown = undefined;
    try {
      await provider.check?.(context);
    } catch (thrown) {
      lastThrown = SpeechError.from(thrown);
      throw lastThrown;
    }
  };
  const onResult = (result: HealthCheckResult, state: HealthState, before: HealthState): void => {
    const wasWell = lastCheck?.ok ?? true;
    lastCheck = result;
    // The moments of change alone move the circuit: a check that lies in either direction must not rule over what callers get.
    // A provider that was never up is left to its callers, as their failures say more than a check at the start.
    if (state === 'down' && before === 'up') guard.openFor(circuitBreaker.openFor);
    if (result.ok && !wasWell) guard.tryEarly();
    const error = result.ok ? undefined : lastThrown;
    events.emit('health', { provider: provider.name, ...result, ...(error && { error }) });
    onChange();
  };
  const { interval, timeout } = health;
  const checks = new HealthCheck({ check, interval, timeout, clock, random, onResult });
  return {
    get state() {
      return checks.state;
    },
    get lastCheck() {
      return lastCheck;
    },
    start: () => checks.start(),
    stop() {
      checks.stop();
    },
  };
}
