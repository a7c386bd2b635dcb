import { createHash } from 'node:crypto';
import type { SpeechAlertKind, SpeechEventMap } from '../../speech/events.js';

type Alert = SpeechEventMap['alert'];

interface Wording {
  readonly name: string;
  readonly severity: 'warning' | 'critical';
  readonly firing: (provider: string) => string;
  readonly resolved: (provider: string) => string;
}

const DOWN: Wording = {
  name: 'SpeechProviderDown',
  severity: 'warning',
  firing: (provider) => `The speech provider ${provider} is down.`,
  resolved: (provider) => `The speech provider ${provider} is up again.`,
};

/** The names are those of the rules in docs/operations/prometheus-rules.yml, so that routes and silences fit both. */
const WORDINGS: Readonly<Record<SpeechAlertKind, Wording>> = {
  provider_down: DOWN,
  provider_recovered: DOWN,
  fallback_ratio_high: {
    name: 'SpeechFallbackRatioHigh',
    severity: 'warning',
    firing: () => 'More than a quarter of the speech requests of the last five minutes went past the first provider.',
    resolved: () => 'The first speech provider answers most requests again.',
  },
  text_only: {
    name: 'SpeechTextOnly',
    severity: 'critical',
    firing: () => 'No speech provider can speak; requests are answered with text only.',
    resolved: () => 'Speech is made again.',
  },
};

/** What Alertmanager puts in place of the end of an alert that has none. */
const NO_END = '0001-01-01T00:00:00Z';

/**
 * Writes an alert as Alertmanager's webhook does (version 4 of its format), with the line of `text` beside it that Slack, Mattermost
 * and their like show.
 */
export function alertMessage(alert: Alert): object {
  const { kind, state, provider, code, since, at } = alert;
  const { name, severity, firing, resolved } = WORDINGS[kind];
  const summary = (state === 'firing' ? firing : resolved)(provider ?? '');
  const groupLabels = { alertname: name };
  const labels = { ...groupLabels, severity, ...(provider === undefined ? {} : { provider }) };
  const annotations = { summary, ...(code === undefined ? {} : { description: `Reason: ${code}` }) };
  return {
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    truncatedAlerts: 0,
    status: state,
    receiver: 'express-speech',
    groupLabels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    alerts: [
      {
        status: state,
        labels,
        annotations,
        startsAt: new Date(since).toISOString(),
        endsAt: state === 'firing' ? NO_END : new Date(at).toISOString(),
        generatorURL: '',
        fingerprint: fingerprint(labels),
      },
    ],
    text: `${state === 'firing' ? '🔴' : '🟢'} ${summary}${code === undefined ? '' : ` (${code})`}`,
  };
}

/** Sixteen digits that are the same for the same labels, by which receivers match an end to its beginning. */
function fingerprint(labels: object): string {
  return createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
}
