import { expect } from 'chai';
import { HealthHistory } from '../../../lib/admin/history/health-history.js';
import { SpeechError } from '../../../lib/index.js';
import type { ConfigurationSnapshot } from '../../../lib/speech/control.js';
import { FakeClock } from '../../support/fake-clock.js';
import { fakeControl, SNAPSHOT, type FakeControl } from '../../support/fake-control.js';
import { providerStatus, requestEnd } from '../../support/telemetry.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('HealthHistory', () => {
  let clock: FakeClock;
  let fake: FakeControl;
  let history: HealthHistory;
  let snapshot: ConfigurationSnapshot;

  beforeEach(() => {
    clock = new FakeClock();
    snapshot = SNAPSHOT;
    fake = fakeControl({ read: () => snapshot });
    history = new HealthHistory(fake.control, clock);
  });

  const check = (ok: boolean, more: object = {}): void => {
    fake.events.emit('health', { provider: 'kokoro', ok, at: 0, ms: 3, ...more });
  };
  const call = (
    code: 'refused' | 'circuit_open' | 'truncated' | 'aborted' | null,
    ms = 40,
    more: object = {},
  ): void => {
    const error = code === null ? {} : { error: new SpeechError(code, 'the secret of it') };
    fake.events.emit('attempt', { requestId: 'r', provider: 'kokoro', type: 'remote', code, ms, ...error, ...more });
  };
  const kokoro = (name: 'day' | 'hour') => {
    const record = history.read(['kokoro']).providers['kokoro'];
    if (record === undefined) throw new Error('nothing is known of it');
    return record[name];
  };
  const events = (): readonly object[] => history.read([]).events.map(({ at: _at, ...event }) => event);

  it('counts checks and calls in slots of five minutes for a day, and of one minute for an hour', async () => {
    check(true);
    check(false);
    check(false, { inconclusive: true });
    call(null);
    call('refused');
    call('circuit_open');
    call('aborted');
    await clock.advance(2 * MINUTE);
    call(null);
    call('truncated', 5, { committed: true });
    const hour = kokoro('hour');
    expect(Object.values(hour).every((counts) => counts.length === 60)).to.equal(true);
    const at = (index: number) =>
      Object.fromEntries(Object.entries(hour).map(([name, counts]) => [name, counts.at(index)]));
    expect(at(-3)).to.deep.equal({ up: 1, down: 1, unknown: 1, answered: 1, failed: 1, skipped: 1, requests: 0 });
    expect(at(-1)).to.deep.include({ answered: 1, failed: 1, skipped: 0 });
    const day = kokoro('day');
    expect(day.up).to.have.length(288);
    expect([day.up.at(-1), day.answered.at(-1), day.failed.at(-1)]).to.deep.equal([1, 2, 2]);
  });

  it('forgets an hour ago in the one and a day ago in the other', async () => {
    check(true);
    await clock.advance(HOUR);
    expect(kokoro('hour').up).to.deep.equal(new Array(60).fill(0));
    expect(kokoro('day').up.indexOf(1)).to.equal(288 - 1 - 12);
    await clock.advance(23 * HOUR);
    expect(kokoro('day').up).to.deep.equal(new Array(288).fill(0));
  });

  it('says who answers, how much of it is not the first, and how quickly', () => {
    for (let number = 0; number < 3; number += 1) fake.events.emit('request', requestEnd({ provider: 'kokoro' }));
    fake.events.emit('request', requestEnd({ provider: 'local', degraded: true }));
    // What was kept has asked nobody, and what could not be read is about nobody.
    fake.events.emit('request', requestEnd({ provider: 'kokoro', cache: 'hit' }));
    fake.events.emit('request', requestEnd({ provider: null, outcome: 'error', format: null }));
    fake.events.emit('request', requestEnd({ provider: null, outcome: 'error', degraded: true }));
    for (const ms of [10, 10, 100]) call(null, ms);
    const { providers, traffic } = history.read(['kokoro', 'local', 'text']);
    expect([providers['kokoro']?.share, providers['local']?.share, providers['text']?.share]).to.deep.equal([
      0.75, 0.25, 0,
    ]);
    expect(providers['kokoro']?.firstByte).to.deep.equal({ count: 3, p50: 10, p90: 100, p99: 100 });
    expect(traffic.fallbackShare).to.equal(0.25);
    expect(traffic.hour.requests.at(-1)).to.equal(5);
    expect(traffic.day.failed.at(-1)).to.equal(1);
  });

  it('has no shares of nothing', () => {
    const { providers, traffic } = history.read(['kokoro']);
    expect(providers['kokoro']).to.include({ passed: null, share: null });
    expect(traffic.fallbackShare).to.equal(null);
  });

  it('tells when a provider went down and came back, once each, and why', () => {
    const become = (state: 'up' | 'down' | 'unknown', ok: boolean): void => {
      const lastCheck = { ok, at: 0, ms: 1, ...(!ok && { code: 'refused' }) };
      fake.providers = [providerStatus('kokoro', { state, lastCheck })];
      check(ok);
    };
    become('up', true);
    become('up', false);
    become('down', false);
    become('down', false);
    become('up', true);
    expect(events()).to.deep.equal([
      { event: 'provider', provider: 'kokoro', to: 'up', code: null },
      { event: 'provider', provider: 'kokoro', to: 'down', code: 'refused' },
    ]);
  });

  it('tells when a circuit opened and closed, and nothing of the tries between', () => {
    const moves = ['closed', 'open', 'half-open', 'open', 'half-open', 'closed'];
    moves.slice(1).forEach((to, index) => {
      fake.events.emit('circuit', { provider: 'kokoro', from: moves[index] ?? '', to });
    });
    fake.events.emit('status', { from: 'ok', to: 'degraded' });
    expect(events()).to.deep.equal([
      { event: 'status', from: 'ok', to: 'degraded' },
      { event: 'circuit', provider: 'kokoro', to: 'closed' },
      { event: 'circuit', provider: 'kokoro', to: 'open' },
    ]);
  });

  it('tells what a configuration changed and, where it is known, who did it', () => {
    const change = (options: object, revision: string, origin: 'file' | 'admin'): void => {
      snapshot = { ...SNAPSHOT, options: { ...options }, revision };
      fake.events.emit('configuration', { revision, origin, problem: null });
    };
    change({ fallback: [{ type: 'text', status: 503 }] }, 'second', 'admin');
    history.attribute('second', 'Ada');
    change({ fallback: [{ type: 'text', status: 503 }], deadline: 5 }, 'third', 'file');
    history.attribute('third', 'Nobody');
    fake.events.emit('configuration', { revision: 'third', origin: 'file', problem: 'bad JSON' });
    const told = { event: 'configuration', by: null, problem: null };
    expect(events()).to.deep.equal([
      { ...told, revision: 'third', origin: 'file', problem: 'bad JSON', changes: [] },
      {
        ...told,
        revision: 'third',
        origin: 'file',
        changes: [{ change: 'changed', provider: null, keys: ['deadline'] }],
      },
      {
        ...told,
        revision: 'second',
        origin: 'admin',
        by: 'Ada',
        changes: [{ change: 'changed', provider: 'text', keys: ['status'] }],
      },
    ]);
  });

  it('takes a provider that another configuration brought for a new one, which has not come back from anything', () => {
    fake.providers = [providerStatus('kokoro', { state: 'down' })];
    check(false);
    fake.providers = [providerStatus('kokoro', { state: 'unknown' })];
    fake.events.emit('configuration', { revision: 'first', origin: 'code', problem: null });
    check(true);
    expect(events().map((event) => (event as { event: string }).event)).to.deep.equal(['configuration', 'provider']);
  });

  it('stays as large as it is, whatever happens', () => {
    for (let number = 0; number < 1_000; number += 1) {
      fake.events.emit('status', { from: 'ok', to: 'degraded' });
      fake.events.emit('health', { provider: `provider-${String(number)}`, ok: true, at: 0, ms: 1 });
      check(true);
    }
    const names = Array.from({ length: 1_000 }, (_name, number) => `provider-${String(number)}`);
    const { events: kept, providers } = history.read(names);
    expect(kept).to.have.length(200);
    const known = Object.entries(providers).filter(([, { passed }]) => passed !== null);
    expect(known.map(([name]) => name)).to.deep.equal(names.slice(-15));
    expect(history.read(['kokoro']).providers['kokoro']?.passed).to.equal(1);
  });

  it('listens to nothing any more when the router has closed', () => {
    expect(fake.listened).to.have.length(6);
    fake.closing.abort();
    expect(fake.listened).to.deep.equal([]);
  });
});
