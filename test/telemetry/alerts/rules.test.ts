import { expect } from 'chai';
import type { ProviderStatus, SpeechStatus } from '../../../lib/index.js';
import { SpeechEvents } from '../../../lib/speech/events.js';
import { AlertRules } from '../../../lib/telemetry/alerts/rules.js';
import { FakeClock } from '../../support/fake-clock.js';
import { providerStatus, requestEnd } from '../../support/telemetry.js';

const INTERVAL = 300_000;

describe('AlertRules', () => {
  let clock: FakeClock;
  let events: SpeechEvents;
  let rules: AlertRules;
  let now: SpeechStatus;
  let told: string[];

  beforeEach(() => {
    clock = new FakeClock();
    events = new SpeechEvents();
    told = [];
    now = { status: 'ok', providers: [providerStatus('a'), providerStatus('b', { type: 'local' })] };
    events.on('alert', ({ kind, state, provider, code }) => {
      told.push([kind, state, provider, code].filter((part) => part !== undefined).join(' '));
    });
    rules = new AlertRules({ events, status: () => now, clock });
  });

  afterEach(() => {
    rules.close();
  });

  /** Puts provider `a` into a state, and tells as the stage does. */
  function becomes(fields: Partial<ProviderStatus>, status: SpeechStatus['status'] = 'degraded'): void {
    now = { status, providers: [providerStatus('a', fields), ...now.providers.slice(1)] };
    events.emit('circuit', { provider: 'a', from: 'closed', to: 'open' });
  }

  const lastError = { code: 'timeout.first_byte', at: 0 };

  it('tells once that a provider is down, and once that it is up again', () => {
    becomes({ circuit: 'open', lastError });
    for (const circuit of ['half-open', 'open', 'half-open'] as const) becomes({ circuit, lastError });
    expect(told).to.deep.equal(['provider_down firing a timeout.first_byte']);
    becomes({});
    expect(told.slice(1)).to.deep.equal(['provider_recovered resolved a']);
  });

  it('believes the checks that a provider is up where they had found it down, though nobody has asked it yet', () => {
    becomes({ state: 'down', circuit: 'open' });
    becomes({ state: 'down', circuit: 'half-open' });
    expect(told).to.have.lengthOf(1);
    becomes({ state: 'up', circuit: 'half-open' });
    expect(told).to.have.lengthOf(2);
  });

  it('waits for a caller where the checks were content all along', () => {
    becomes({ state: 'up', circuit: 'open' });
    becomes({ state: 'up', circuit: 'half-open' });
    expect(told).to.have.lengthOf(1);
  });

  it('does not tell again within the interval, and does when that is over, if it is still so', async () => {
    const flaps = (): void => {
      becomes({});
      becomes({ circuit: 'open' });
    };
    becomes({ circuit: 'open' });
    for (let times = 0; times < 10; times += 1) flaps();
    expect(told).to.deep.equal(['provider_down firing a', 'provider_recovered resolved a']);
    await clock.advance(INTERVAL - 1);
    expect(told).to.have.lengthOf(2);
    await clock.advance(1);
    expect(told.slice(2)).to.deep.equal(['provider_down firing a']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('forgets within the interval what is over when that ends', async () => {
    becomes({ circuit: 'open' });
    becomes({});
    becomes({ circuit: 'open' });
    becomes({});
    await clock.advance(INTERVAL);
    expect(told).to.have.lengthOf(2);
  });

  it('tells of text only, with its reason and its end', () => {
    becomes({ circuit: 'open', lastError }, 'text-only');
    expect(told).to.include('text_only firing timeout.first_byte');
    becomes({ circuit: 'open', lastError });
    expect(told.at(-1)).to.equal('text_only resolved');
  });

  it('misses no speech in a chain of text alone', () => {
    now = { status: 'text-only', providers: [providerStatus('text', { type: 'text' })] };
    rules.look();
    expect(told).to.deep.equal([]);
  });

  it('ends what it told of a provider that is not in the chain any more', () => {
    becomes({ circuit: 'open' });
    now = { status: 'ok', providers: now.providers.slice(1) };
    rules.look();
    expect(told.slice(1)).to.deep.equal(['provider_recovered resolved a']);
  });

  it('tells of a high fallback ratio, and of its end when nobody asks any more', async () => {
    for (let index = 0; index < 30; index += 1) rules.notice(requestEnd({ degraded: true }));
    expect(told).to.deep.equal(['fallback_ratio_high firing']);
    await clock.advance(INTERVAL);
    expect(told.slice(1)).to.deep.equal(['fallback_ratio_high resolved']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('counts no bad requests and no clients that left', () => {
    for (let index = 0; index < 20; index += 1) {
      rules.notice(requestEnd({ provider: null, outcome: 'error', code: 'invalid_json' }));
      rules.notice(requestEnd({ outcome: 'aborted', degraded: true }));
      if (index < 19) rules.notice(requestEnd({ degraded: true }));
    }
    expect(told).to.deep.equal([]);
  });

  it('does not take speech that is played again for a first provider that is well', () => {
    for (let index = 0; index < 20; index += 1) rules.notice(requestEnd({ degraded: index < 5 }));
    expect(told).to.deep.equal(['fallback_ratio_high firing']);
    for (let index = 0; index < 100; index += 1) rules.notice(requestEnd({ cache: 'hit' }));
    expect(told).to.have.length(1);
  });

  it('has no timer and hears nothing when it is closed', () => {
    becomes({ circuit: 'open' });
    becomes({});
    becomes({ circuit: 'open' });
    for (let index = 0; index < 20; index += 1) rules.notice(requestEnd({ degraded: true }));
    expect(clock.pendingTimers).to.equal(2);
    rules.close();
    expect(clock.pendingTimers).to.equal(0);
    const before = told.length;
    becomes({});
    expect(told).to.have.lengthOf(before);
  });
});
