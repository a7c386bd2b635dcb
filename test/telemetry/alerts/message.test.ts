import { expect } from 'chai';
import { alertMessage } from '../../../lib/telemetry/alerts/message.js';

const DOWN = { kind: 'provider_down', state: 'firing', provider: 'kokoro', code: 'refused', since: 0, at: 0 } as const;
const UP = { kind: 'provider_recovered', state: 'resolved', provider: 'kokoro', since: 0, at: 60_000 } as const;

describe('alertMessage', () => {
  it('is what Alertmanager sends, with a line for chat tools', () => {
    const labels = { alertname: 'SpeechProviderDown', severity: 'warning', provider: 'kokoro' };
    const annotations = { summary: 'The speech provider kokoro is down.', description: 'Reason: refused' };
    const message = alertMessage(DOWN) as { alerts: { fingerprint: string }[] };
    const fingerprint = message.alerts[0]?.fingerprint;
    expect(fingerprint).to.match(/^[0-9a-f]{16}$/);
    expect(message).to.deep.equal({
      version: '4',
      groupKey: '{}:{alertname="SpeechProviderDown"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'express-speech',
      groupLabels: { alertname: 'SpeechProviderDown' },
      commonLabels: labels,
      commonAnnotations: annotations,
      externalURL: '',
      alerts: [
        {
          status: 'firing',
          labels,
          annotations,
          startsAt: '1970-01-01T00:00:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: '',
          fingerprint,
        },
      ],
      text: '🔴 The speech provider kokoro is down. (refused)',
    });
  });

  it('ends the alert that it began: same labels, same fingerprint', () => {
    const [down, up] = [DOWN, UP].map((alert) => alertMessage(alert) as { alerts: Record<string, unknown>[] });
    expect(up).to.include({ status: 'resolved', text: '🟢 The speech provider kokoro is up again.' });
    expect(up?.alerts[0]).to.include({ endsAt: '1970-01-01T00:01:00.000Z', startsAt: '1970-01-01T00:00:00.000Z' });
    expect(up?.alerts[0]?.['labels']).to.deep.equal(down?.alerts[0]?.['labels']);
    expect(up?.alerts[0]?.['fingerprint']).to.equal(down?.alerts[0]?.['fingerprint']);
  });
});
