import { systemClock, type Clock } from '../resilience/index.js';
import type { SpeechRouter } from '../router.js';
import { SpeechEvents, type SpeechEventMap } from '../speech/events.js';
import type { SpeechLogger } from '../speech/provider.js';
import type { SpeechStatus } from '../speech/status.js';
import { AlertRules } from '../telemetry/alerts/rules.js';

/** Milliseconds between two lines about the same provider. An alert wakes somebody and waits for minutes; a line does not. */
const LEAST_INTERVAL = 1_000;

/** Events after which the state may be another one. */
const HEARD = ['health', 'circuit', 'status'] as const;

/**
 * Writes a line when a provider goes down, which says who speaks meanwhile, and one when it is back.
 *
 * @returns a function that stops it
 */
export function logOutages(
  speech: Pick<SpeechRouter, 'on' | 'off' | 'status'>,
  logger: SpeechLogger,
  clock: Clock = systemClock,
): () => void {
  const events = new SpeechEvents();
  const rules = new AlertRules({
    events,
    status: () => speech.status(),
    clock,
    onAlert(alert) {
      tell(alert, speech.status(), logger);
    },
  });
  rules.minInterval = LEAST_INTERVAL;
  for (const name of HEARD) speech.on(name, rules.look);
  return () => {
    for (const name of HEARD) speech.off(name, rules.look);
    rules.close();
  };
}

function tell(
  { kind, provider, code }: SpeechEventMap['alert'],
  { providers }: SpeechStatus,
  logger: SpeechLogger,
): void {
  if (provider === undefined) return;
  const line = { event: 'outage', kind, provider };
  if (kind === 'provider_recovered') {
    logger.info(line, `${provider} is up again`);
    return;
  }
  const next = providers.find(({ type, state, circuit }) => type !== 'text' && state !== 'down' && circuit !== 'open');
  const instead = next === undefined ? 'nobody can speak; callers get the text' : `callers hear ${next.name}`;
  logger[next === undefined ? 'error' : 'warn']({ ...line, code: code ?? null }, `${provider} is down; ${instead}`);
}
