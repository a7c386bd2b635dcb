import { expect } from 'chai';
import { SpeechError, type ProviderStatus, type SpeechErrorCode, type SpeechStatus } from '../../../lib/index.js';
import { SpeechEvents } from '../../../lib/speech/events.js';
import { observe, type Observer } from '../../../lib/telemetry/observer.js';
import { FakeClock } from '../../support/fake-clock.js';
import { keepingLogger, providerStatus } from '../../support/telemetry.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('notices', () => {
  let events: SpeechEvents;
  let clock: FakeClock;
  let providers: ProviderStatus[];
  let observer: Observer;
  let lines: unknown[];
  let now: SpeechStatus['status'];

  const status = (): SpeechStatus => ({ status: now, providers });
  const said = (): string[] => lines.map((line) => String((line as unknown[])[2]));

  beforeEach(() => {
    events = new SpeechEvents();
    clock = new FakeClock();
    now = 'ok';
    providers = [
      providerStatus('kokoro'),
      providerStatus('local', { type: 'local' }),
      providerStatus('text', { type: 'text' }),
    ];
    const kept = keepingLogger();
    lines = kept.lines;
    const settings = { metrics: undefined, alerts: undefined };
    observer = observe(events, settings, { logger: kept.logger, lines: 'words', clock, status });
  });

  afterEach(() => {
    observer.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  function attempt(code: SpeechErrorCode | null, message = 'it failed', provider = 'kokoro'): void {
    const error = code === null ? {} : { error: new SpeechError(code, message) };
    events.emit('attempt', { requestId: 'r', provider, type: 'remote', code, ms: 1, ...error });
  }

  function set(name: string, fields: Partial<ProviderStatus>): void {
    providers = providers.map((provider) => (provider.name === name ? { ...provider, ...fields } : provider));
    events.emit('circuit', { provider: name, from: '', to: '' });
  }

  const goDown = (name = 'kokoro'): void => {
    set(name, { circuit: 'open' });
  };
  const comeBack = (name = 'kokoro'): void => {
    set(name, { circuit: 'closed' });
  };

  it('say at the first failure what is wrong, what it does to callers and what to do', () => {
    attempt('refused', 'the call failed with ECONNREFUSED');
    expect(said()).to.have.length(1);
    expect(said()[0]).to.match(/^kokoro did not answer \(refused: the call failed with ECONNREFUSED\); /);
    expect(said()[0]).to.contain(
      'callers hear local in its place. What to do: nothing listens at its address: start the server',
    );
  });

  it('say no more of it with each request, but with each hour', async () => {
    for (let index = 0; index < 1_000; index += 1) attempt('status.422');
    expect(said()).to.have.length(1);
    await clock.advance(HOUR);
    attempt('status.422');
    expect(said()[1]).to.match(/^kokoro did not answer, 1001 times by now \(status\.422/);
  });

  it('tell when it speaks again, unless that was a single failure', () => {
    attempt('reset');
    attempt(null);
    expect(said()).to.have.length(1);
  });

  it('tell that it speaks again after several', () => {
    for (let index = 0; index < 4; index += 1) attempt('reset');
    attempt(null);
    attempt(null);
    expect(said().slice(1)).to.deep.equal(['kokoro speaks again, after it had not 4 times.']);
  });

  it('say nothing of callers who leave, crowds, and circuits that are known to be open', () => {
    for (const code of ['aborted', 'bulkhead_full', 'timeout.queue', 'circuit_open'] as const) attempt(code);
    expect(said()).to.deep.equal([]);
  });

  it('tell when it goes down, remind after an hour and then once a day, and tell when it is back', async () => {
    events.emit('health', { provider: 'kokoro', ok: false, code: 'dns', at: 0, ms: 1 });
    goDown();
    expect(said()).to.have.length(1);
    expect(said()[0]).to.match(
      /^kokoro is down \(dns\); callers hear local in its place\. What to do: its name cannot be/,
    );
    for (let index = 0; index < 100; index += 1) attempt('dns');
    await clock.advance(HOUR);
    expect(said()[1]).to.match(/^kokoro has been down for 1 h \(dns/);
    await clock.advance(3 * DAY);
    expect(said()).to.have.length(5);
    expect(said()[4]).to.match(/^kokoro has been down for 3 days/);
    comeBack();
    expect(said()[5]).to.equal('kokoro is up again, after 3 days.');
    await clock.advance(3 * DAY);
    expect(said()).to.have.length(6);
  });

  it('tell both at once where one failure opens the circuit, whose reason comes a moment later', async () => {
    goDown();
    expect(said()).to.deep.equal([]);
    attempt('reset', 'the server closed the connection');
    expect(said()).to.have.length(1);
    expect(said()[0]).to.match(/^kokoro is down \(reset: the server closed the connection\)/);
  });

  it('are bounded where it comes and goes for days', async () => {
    for (let round = 0; round < 288; round += 1) {
      goDown();
      await clock.advance(5 * MINUTE);
      comeBack();
      await clock.advance(5 * MINUTE);
    }
    // Six an hour at the most, over two days.
    expect(said().length).to.be.within(10, 6 * 48 + 6);
    goDown();
    await clock.advance(HOUR);
    expect(said().at(-1)).to.match(/^kokoro (?:is down|has been down)/);
  });

  it('tell what callers get by who can speak', () => {
    attempt('engine_failed', 'it crashed', 'local');
    goDown('local');
    expect(said()[1]).to.match(/^local is down \(engine_failed: it crashed\); callers hear kokoro as before\./);
    attempt('empty');
    goDown('kokoro');
    expect(said()[3]).to.match(/^kokoro is down \(empty: it failed\); callers get the text in place of sound\./);
    providers = [providerStatus('only')];
    attempt('refused', 'nothing listens', 'only');
    expect(said().at(-1)).to.match(/^only did not answer .*; callers get a 503\./);
  });

  it('give a reason in the words of the provider where it is no server, and the cause of what is unexpected', () => {
    attempt('engine_failed', 'the file worker.js is missing', 'local');
    expect(said()[0]).to.equal(
      'local did not answer (engine_failed: the file worker.js is missing); callers hear kokoro as before.',
    );
    const error = new SpeechError('internal', 'unexpected failure', { cause: new RangeError('no such voice') });
    events.emit('attempt', { requestId: 'r', provider: 'own', type: 'tape', code: 'internal', ms: 1, error });
    expect(said()[1]).to.contain('(internal: RangeError: no such voice)');
  });

  it('say that nobody can speak, and that somebody can again, where that lasts', async () => {
    now = 'text-only';
    events.emit('status', { from: 'ok', to: 'text-only' });
    await clock.advance(10_000);
    expect(said()).to.deep.equal([]);
    await clock.advance(10_000);
    expect(lines).to.have.length(1);
    expect((lines[0] as unknown[])[0]).to.equal('error');
    expect(said()[0]).to.match(/^no provider can speak; callers get the text/);
    now = 'ok';
    events.emit('status', { from: 'text-only', to: 'ok' });
    expect(said()[1]).to.equal('speech is made again.');
  });

  it('look twice at a check that was too slow, as a machine that has just begun is slow itself', async () => {
    const slow = { provider: 'kokoro', ok: false, code: 'timeout.total', at: 0, ms: 2_000 } as const;
    events.emit('health', slow);
    goDown();
    await clock.advance(10_000);
    comeBack();
    await clock.advance(HOUR);
    expect(said()).to.deep.equal([]);
    events.emit('health', slow);
    goDown();
    await clock.advance(15_000);
    expect(said()[0]).to.match(/^kokoro is down \(timeout\.total\)/);
  });

  it('have nothing to say of a provider that was taken out of the chain', async () => {
    goDown('local');
    await clock.advance(1_000);
    expect(said()).to.have.length(1);
    providers = [providerStatus('kokoro')];
    events.emit('status', { from: 'ok', to: 'ok' });
    await clock.advance(3 * DAY);
    expect(said()).to.have.length(1);
  });

  it('tell of a file that cannot be used, and when it can again', () => {
    const event = { revision: 'r', origin: 'file' } as const;
    events.emit('configuration', { ...event, problem: null });
    events.emit('configuration', { ...event, problem: 'deadline: expected a whole number' });
    events.emit('configuration', { ...event, problem: null });
    events.emit('configuration', { ...event, problem: null });
    expect(said()).to.deep.equal([
      '"configFile" cannot be used, and the configuration before it stays: deadline: expected a whole number',
      '"configFile" can be used again, and is.',
    ]);
  });

  it('have no request watched for their sake', () => {
    expect(observer.watch()).to.equal(undefined);
  });
});
