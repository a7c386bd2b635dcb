import { expect } from 'chai';
import { Registry } from 'prom-client';
import type { SpeechLogger, SpeechStatus } from '../../lib/index.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import { observe, type Observer, type ObserverSettings } from '../../lib/telemetry/observer.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { startHookServer, type HookServer } from '../support/hook-server.js';
import { raise } from '../support/hostile-providers.js';
import { keepingLogger, providerStatus, requestEnd } from '../support/telemetry.js';
import { unhandledRejections } from '../support/unhandled.js';

const NOTHING: ObserverSettings = { metrics: undefined, alerts: undefined };

describe('observe', () => {
  let events: SpeechEvents;
  let clock: FakeClock;
  let now: SpeechStatus;
  let observer: Observer | undefined;
  let hook: HookServer | undefined;

  beforeEach(() => {
    events = new SpeechEvents();
    clock = new FakeClock();
    now = { status: 'ok', providers: [providerStatus('a'), providerStatus('b')] };
  });

  afterEach(async () => {
    observer?.close();
    await hook?.close();
    observer = hook = undefined;
  });

  function start(settings: Partial<ObserverSettings>, logger?: SpeechLogger): Observer {
    return (observer = observe(events, { ...NOTHING, ...settings }, { logger, clock, status: () => now }));
  }

  function isDown(provider: string): void {
    const down = (status: SpeechStatus['providers'][number]) =>
      status.name === provider ? { ...status, circuit: 'open' as const } : status;
    now = { ...now, providers: now.providers.map(down) };
    events.emit('circuit', { provider, from: 'closed', to: 'open' });
  }

  it('watches no request where nobody wants to know of it', () => {
    const own = start({});
    expect(own.watch()).to.equal(undefined);
    const listener = (): void => undefined;
    events.on('request', listener);
    expect(own.watch()).not.to.equal(undefined);
    events.off('request', listener);
    events.on('alert', listener);
    expect(own.watch()).not.to.equal(undefined);
  });

  it('tells listeners of alerts without any options, and of the fallback ratio too', () => {
    const kinds: string[] = [];
    events.on('alert', ({ kind }) => kinds.push(kind));
    const own = start({});
    isDown('a');
    for (let index = 0; index < 20; index += 1) own.watch()?.ended(requestEnd({ degraded: true }));
    expect(kinds).to.deep.equal(['provider_down', 'fallback_ratio_high']);
  });

  it('posts alerts, and logs what became of them without the address', async () => {
    hook = await startHookServer();
    const { lines, logger } = keepingLogger();
    start({ alerts: { webhook: `${hook.origin}/SECRET`, headers: { 'x-key': 'KEY' }, minInterval: 1 } }, logger);
    isDown('a');
    await hook.received(1);
    expect(hook.messages[0]?.body['text']).to.equal('🔴 The speech provider a is down.');
    while (lines.length < 3) await settle();
    expect(lines.slice(1)).to.deep.equal([
      [
        'warn',
        { event: 'alert', kind: 'provider_down', state: 'firing', provider: 'a', code: null },
        'somebody should look at this',
      ],
      ['debug', { event: 'webhook', result: 'sent' }, 'an alert was delivered'],
    ]);
  });

  it('counts on over a change of the configuration, and has the series of those alone that are in it', async () => {
    const register = new Registry();
    const own = start({ metrics: { register } });
    own.watch()?.ended(requestEnd({ provider: 'a' }));
    own.watch()?.ended(requestEnd({ provider: 'b' }));
    now = { status: 'ok', providers: [providerStatus('a'), providerStatus('c')] };
    own.reconfigure({ ...NOTHING, metrics: { register } });
    await settle();
    own.watch()?.ended(requestEnd({ provider: 'a' }));
    // Of a request that was still running on the old chain.
    own.watch()?.ended(requestEnd({ provider: 'b' }));
    const text = await register.metrics();
    expect(text).to.contain('speech_requests_total{outcome="audio",provider="a",format="mp3",degraded="false"} 2');
    expect(text).to.contain('speech_requests_total{outcome="audio",provider="other",format="mp3",degraded="false"} 1');
    expect(text).to.contain('speech_provider_up{provider="c"} 1');
    expect(text).not.to.contain('"b"');
    own.reconfigure(NOTHING);
    expect(await register.metrics()).to.equal('\n');
  });

  it('goes on with what it told over a change of the configuration, to another address', async () => {
    hook = await startHookServer();
    const kinds: string[] = [];
    events.on('alert', ({ kind, provider }) => kinds.push(`${kind} ${provider ?? ''}`));
    const alerts = { headers: {}, minInterval: 300_000 };
    const own = start({ alerts: { ...alerts, webhook: `${hook.origin}/one` } });
    isDown('a');
    isDown('b');
    await hook.received(2);
    now = { ...now, providers: now.providers.slice(1) };
    own.reconfigure({ ...NOTHING, alerts: { ...alerts, webhook: `${hook.origin}/two` } });
    await hook.received(3);
    expect(kinds).to.deep.equal(['provider_down a', 'provider_down b', 'provider_recovered a']);
    expect(hook.messages.map(({ path }) => path)).to.deep.equal(['/one', '/one', '/two']);
  });

  it('goes on where a register fails that did not at the start, and closes', async () => {
    const register = new Registry();
    const { lines, logger } = keepingLogger();
    const own = start({ metrics: { register } }, logger);
    const rejections = await unhandledRejections(() => {
      for (const method of ['getSingleMetric', 'registerMetric', 'removeSingleMetric'] as const) {
        register[method] = () => raise(new Error('a bug'));
      }
      own.reconfigure({ ...NOTHING, metrics: { register } });
      own.watch()?.ended(requestEnd({ provider: 'a' }));
      own.close();
    });
    expect(rejections).to.deep.equal([]);
    const warning = ['warn', { event: 'metrics' }, 'the register of metrics failed; what is counted stays as it was'];
    expect(lines).to.deep.include(warning);
    expect(await register.metrics()).to.contain('speech_requests_total{outcome="audio",provider="a"');
  });

  it('leaves no listener, no timer and no metric when it is closed', async () => {
    hook = await startHookServer('hangs');
    const register = new Registry();
    const { logger } = keepingLogger();
    start({ metrics: { register }, alerts: { webhook: hook.origin, headers: {}, minInterval: 1 } }, logger).close();
    for (const name of ['attempt', 'fallback', 'circuit', 'health', 'status', 'request', 'alert'] as const) {
      expect(events.hasListeners(name), name).to.equal(false);
    }
    expect(clock.pendingTimers).to.equal(0);
    expect(await register.metrics()).to.equal('\n');
  });
});
