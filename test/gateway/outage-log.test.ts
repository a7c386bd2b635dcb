import { expect } from 'chai';
import { logOutages } from '../../lib/gateway/outage-log.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import type { ProviderStatus, SpeechStatus } from '../../lib/speech/status.js';
import { FakeClock } from '../support/fake-clock.js';
import { providerStatus } from '../support/telemetry.js';

describe('the log of outages', () => {
  let clock: FakeClock;
  let events: SpeechEvents;
  let providers: ProviderStatus[];
  let lines: object[];
  let stop: () => void;

  beforeEach(() => {
    clock = new FakeClock();
    events = new SpeechEvents();
    lines = [];
    providers = [
      providerStatus('kokoro'),
      { ...providerStatus('local'), type: 'local' },
      { ...providerStatus('text'), type: 'text' },
    ];
    const write = (level: string) => (object: object, message?: string) =>
      void lines.push({ level, message, ...object });
    const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const speech = {
      status: (): SpeechStatus => ({ status: 'ok', providers }),
      on: events.on.bind(events),
      off: events.off.bind(events),
    };
    stop = logOutages(speech as never, logger, clock);
  });

  afterEach(() => {
    stop();
  });

  function set(index: number, change: Partial<ProviderStatus>): void {
    providers = providers.map((provider, at) => (at === index ? { ...provider, ...change } : provider));
    events.emit('circuit', { provider: providers[index]?.name ?? '', from: 'closed', to: 'open' });
  }

  it('has one line for an outage, which says who speaks meanwhile, and one for its end', () => {
    set(0, { circuit: 'open', lastError: { code: 'timeout.first_byte', at: 1 } });
    set(0, { state: 'down' });
    set(0, { circuit: 'half-open' });
    set(0, { circuit: 'closed', state: 'up' });
    expect(lines).to.deep.equal([
      {
        level: 'warn',
        message: 'kokoro is down; callers hear local',
        event: 'outage',
        kind: 'provider_down',
        provider: 'kokoro',
        code: 'timeout.first_byte',
      },
      { level: 'info', message: 'kokoro is up again', event: 'outage', kind: 'provider_recovered', provider: 'kokoro' },
    ]);
  });

  it('says when nobody can speak', () => {
    set(0, { circuit: 'open' });
    set(1, { state: 'down' });
    expect(lines.at(-1)).to.include({
      level: 'error',
      message: 'local is down; nobody can speak; callers get the text',
    });
  });

  it('tells the next outage a moment later as well', async () => {
    set(0, { circuit: 'open' });
    set(0, { circuit: 'closed' });
    await clock.advance(1_000);
    set(0, { circuit: 'open' });
    expect(lines).to.have.length(3);
  });

  it('stops', () => {
    stop();
    set(0, { circuit: 'open' });
    expect(lines).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
