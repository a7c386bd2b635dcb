import type { Clock } from '../resilience/index.js';
import type { SpeechEventMap, SpeechEvents } from '../speech/events.js';
import type { SpeechLogger } from '../speech/provider.js';
import type { RequestWatcher } from '../speech/service.js';
import type { SpeechStatus } from '../speech/status.js';
import { alertMessage } from './alerts/message.js';
import { AlertRules, DEFAULT_MIN_INTERVAL } from './alerts/rules.js';
import { Webhook } from './alerts/webhook.js';
import { logEvents } from './log.js';
import { MetricsRecorder } from './metrics/recorder.js';
import type { MetricsRegister } from './metrics/registry.js';
import { Notices } from './notices/notices.js';
import { Tracing, type OpenTrace } from './tracing.js';

/** What the user asked for; it may change while the router runs. */
export interface ObserverSettings {
  readonly metrics: { readonly register: MetricsRegister } | undefined;
  readonly alerts: AlertSettings | undefined;
}

export interface AlertSettings {
  readonly webhook?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly minInterval: number;
}

export interface ObserverOptions {
  /** One that throws nothing; nothing where nobody wants lines. */
  readonly logger: SpeechLogger | undefined;
  /** `events`, a line for each thing that happens, unless `words`: the news, for people, where the application has no logger. */
  readonly lines?: 'events' | 'words';
  /** The state of the chain that is in use now. */
  readonly status: () => SpeechStatus;
  readonly clock: Clock;
}

/** Everything that watches one router: log lines, metrics, traces and alerts. */
export interface Observer {
  /** Watches one request; nothing where nobody wants to know of it, which is what most requests cost. */
  watch(): RequestWatcher | undefined;
  /** Goes over to other settings and another chain, once both are in use: counters go on, and nothing is told twice. */
  reconfigure(settings: ObserverSettings): void;
  close(): void;
}

/**
 * Begins to watch a router.
 *
 * @throws when the register cannot be used
 */
export function observe(events: SpeechEvents, settings: ObserverSettings, options: ObserverOptions): Observer {
  const { logger, status, clock, lines = 'events' } = options;
  const stopLogging = lines === 'events' && logger !== undefined ? logEvents(events, logger) : undefined;
  const notices =
    lines === 'words' && logger !== undefined ? new Notices(events, { logger, status, clock }) : undefined;
  const tracing = Tracing.load();
  const rules = new AlertRules({ events, status, clock, onAlert: (alert) => notices?.alert(alert) });
  let recorder = recorderOf(events, settings, status);
  let webhook = webhookOf(settings, options);
  let { alerts } = settings;
  rules.minInterval = alerts?.minInterval ?? DEFAULT_MIN_INTERVAL;

  const post = (alert: SpeechEventMap['alert']): void => {
    webhook?.send(alertMessage(alert));
  };
  const onAlert = (): void => {
    events.off('alert', post);
    if (webhook !== undefined) events.on('alert', post);
  };
  onAlert();

  const ended = (end: SpeechEventMap['request']): void => {
    events.emit('request', end);
    if (events.hasListeners('alert')) rules.notice(end);
  };
  const untraced: RequestWatcher = { trace: undefined, ended };
  const traced = (trace: OpenTrace): RequestWatcher => ({
    trace,
    ended(end) {
      trace.end(end);
      ended(end);
    },
  });

  return {
    watch() {
      const trace = tracing?.begin();
      if (trace !== undefined) return traced(trace);
      return events.hasListeners('request') || events.hasListeners('alert') ? untraced : undefined;
    },
    reconfigure(next) {
      const before = recorder;
      // Joined before the other leaves, so that the counters are never without a router and go on.
      try {
        recorder = recorderOf(events, next, status);
        before?.close();
      } catch {
        // The chain has changed already: a register that fails now, and did not at the start, is no reason to refuse that.
        logger?.warn({ event: 'metrics' }, 'the register of metrics failed; what is counted stays as it was');
      }
      if (!isSameHook(alerts, next.alerts)) {
        webhook?.close();
        webhook = webhookOf(next, options);
        onAlert();
      }
      alerts = next.alerts;
      rules.minInterval = alerts?.minInterval ?? DEFAULT_MIN_INTERVAL;
      rules.look();
    },
    close() {
      stopLogging?.();
      notices?.close();
      rules.close();
      recorder?.close();
      events.off('alert', post);
      webhook?.close();
    },
  };
}

function recorderOf(
  events: SpeechEvents,
  { metrics }: ObserverSettings,
  status: () => SpeechStatus,
): MetricsRecorder | undefined {
  return metrics && new MetricsRecorder(events, metrics.register, status);
}

function webhookOf({ alerts }: ObserverSettings, { logger, clock }: ObserverOptions): Webhook | undefined {
  if (alerts?.webhook === undefined) return undefined;
  return new Webhook({
    url: alerts.webhook,
    headers: alerts.headers,
    clock,
    onDelivery(delivery) {
      if (delivery.result === 'sent') logger?.debug({ event: 'webhook', ...delivery }, 'an alert was delivered');
      else logger?.warn({ event: 'webhook', ...delivery }, 'an alert was not delivered');
    },
  });
}

function isSameHook(one: AlertSettings | undefined, other: AlertSettings | undefined): boolean {
  return one?.webhook === other?.webhook && JSON.stringify(one?.headers) === JSON.stringify(other?.headers);
}
