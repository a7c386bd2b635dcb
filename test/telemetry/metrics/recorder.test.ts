import { expect } from 'chai';
import { Counter, Registry } from 'prom-client';
import { SpeechError, type ProviderStatus, type SpeechRouterOptions, type SpeechStatus } from '../../../lib/index.js';
import { SpeechEvents } from '../../../lib/speech/events.js';
import { MetricsRecorder } from '../../../lib/telemetry/metrics/recorder.js';
import { startApp } from '../../support/app.js';
import { settle } from '../../support/fake-clock.js';
import { provider, speaker } from '../../support/fake-provider.js';
import { providerStatus, requestEnd } from '../../support/telemetry.js';

describe('MetricsRecorder', () => {
  let register: Registry;
  let recorders: MetricsRecorder[];

  beforeEach(() => {
    register = new Registry();
    recorders = [];
  });

  function record(providers: readonly ProviderStatus[], status: SpeechStatus['status'] = 'ok') {
    const events = new SpeechEvents();
    const recorder = new MetricsRecorder(events, register, () => ({ status, providers }));
    recorders.push(recorder);
    return { events, recorder };
  }

  /** The samples whose line begins so, without help, types and zeros. */
  async function samples(prefix: string): Promise<string[]> {
    const lines = (await register.metrics()).split('\n');
    return lines.filter((line) => line.startsWith(prefix) && !line.endsWith(' 0'));
  }

  it('counts requests with what they came to', async () => {
    const { events } = record([providerStatus('a'), providerStatus('b')]);
    events.emit('request', requestEnd({ provider: 'a', characters: 7, firstByteMs: 120, totalMs: 700 }));
    events.emit('request', requestEnd({ provider: 'b', degraded: true, characters: 5, firstByteMs: 90 }));
    events.emit('request', requestEnd({ provider: null, outcome: 'error', code: 'invalid_json', format: null }));
    expect(await samples('speech_requests_total')).to.have.members([
      'speech_requests_total{outcome="audio",provider="a",format="mp3",degraded="false"} 1',
      'speech_requests_total{outcome="audio",provider="b",format="mp3",degraded="true"} 1',
      'speech_requests_total{outcome="error",provider="none",format="other",degraded="false"} 1',
    ]);
    expect(await samples('speech_characters_total')).to.deep.equal([
      'speech_characters_total{provider="a"} 7',
      'speech_characters_total{provider="b"} 5',
    ]);
    expect(await samples('speech_cache_requests_total')).to.deep.equal(['speech_cache_requests_total{result="off"} 2']);
    expect(await samples('speech_first_byte_seconds_sum{provider="a"}')).to.deep.equal([
      'speech_first_byte_seconds_sum{provider="a"} 0.12',
    ]);
    expect(await samples('speech_request_duration_seconds_count{outcome="audio"}')).to.have.lengthOf(1);
  });

  it('counts what was left out of long texts', async () => {
    const { events } = record([providerStatus('a')]);
    events.emit('request', requestEnd({ leftOut: 2 }));
    events.emit('request', requestEnd({ leftOut: 1 }));
    events.emit('request', requestEnd());
    expect(await samples('speech_segments_left_out_total')).to.deep.equal(['speech_segments_left_out_total 3']);
  });

  it('counts what is played again, and adds nothing to what its provider did', async () => {
    const { events } = record([providerStatus('a')]);
    events.emit('request', requestEnd({ provider: 'a', characters: 7, cache: 'miss' }));
    events.emit('request', requestEnd({ provider: 'a', characters: 7, firstByteMs: null, cache: 'hit' }));
    expect(await samples('speech_cache_requests_total')).to.have.members([
      'speech_cache_requests_total{result="miss"} 1',
      'speech_cache_requests_total{result="hit"} 1',
    ]);
    expect(await samples('speech_requests_total')).to.have.members([
      'speech_requests_total{outcome="audio",provider="a",format="mp3",degraded="false"} 1',
      'speech_requests_total{outcome="audio",provider="none",format="mp3",degraded="false"} 1',
    ]);
    expect(await samples('speech_characters_total')).to.deep.equal(['speech_characters_total{provider="a"} 7']);
    expect(await samples('speech_first_byte_seconds_count')).to.deep.equal([
      'speech_first_byte_seconds_count{provider="a"} 1',
    ]);
  });

  it('counts attempts, hops and alerts, and takes no label from a stranger', async () => {
    const { events } = record([providerStatus('a'), providerStatus('b')]);
    const attempt = { requestId: 'r', type: 'remote', ms: 1 };
    events.emit('attempt', { ...attempt, provider: 'a', code: null });
    events.emit('attempt', { ...attempt, provider: 'a', code: 'status.299' });
    events.emit('attempt', { ...attempt, provider: 'stranger', code: 'nonsense' });
    events.emit('fallback', { requestId: 'r', from: 'a', to: 'b', code: 'reset' });
    events.emit('alert', { kind: 'provider_down', state: 'firing', provider: 'a', since: 0, at: 0 });
    expect(await samples('speech_attempts_total')).to.have.members([
      'speech_attempts_total{provider="a",code="ok"} 1',
      'speech_attempts_total{provider="a",code="status.other"} 1',
      'speech_attempts_total{provider="other",code="other"} 1',
    ]);
    expect(await samples('speech_fallbacks_total')).to.deep.equal(['speech_fallbacks_total{from="a",to="b"} 1']);
    expect(await samples('speech_alerts_total')).to.deep.equal([
      'speech_alerts_total{kind="provider_down",state="firing"} 1',
    ]);
  });

  it('has the counters of what it knows from the start, so that their first step shows', async () => {
    record([providerStatus('a'), providerStatus('b')]);
    const lines = (await register.metrics()).split('\n');
    expect(lines).to.include.members([
      'speech_attempts_total{provider="b",code="ok"} 0',
      'speech_fallbacks_total{from="a",to="b"} 0',
      'speech_alerts_total{kind="text_only",state="firing"} 0',
    ]);
  });

  it('reads the state of the chain when it is scraped', async () => {
    const open = providerStatus('a', { state: 'down', circuit: 'open', running: 2, queued: 3, limit: 4 });
    record([open, providerStatus('b', { state: 'unknown', circuit: 'half-open' })], 'degraded');
    const lines = (await register.metrics()).split('\n');
    expect(lines).to.include.members([
      'speech_provider_up{provider="a"} 0',
      'speech_provider_up{provider="b"} 1',
      'speech_circuit_state{provider="a"} 2',
      'speech_circuit_state{provider="b"} 1',
      'speech_running{provider="a"} 2',
      'speech_queued{provider="a"} 3',
      'speech_concurrency_limit{provider="a"} 4',
      'speech_status{status="ok"} 0',
      'speech_status{status="degraded"} 1',
    ]);
  });

  it('has no limit to tell of where nothing bounds the calls', async () => {
    record([providerStatus('a', { limit: 4 }), providerStatus('text', { limit: null })]);
    expect(await samples('speech_concurrency_limit')).to.deep.equal(['speech_concurrency_limit{provider="a"} 4']);
  });

  it('adds up what two routers count on one register', async () => {
    const one = record([providerStatus('a', { running: 1 })]);
    const other = record([providerStatus('a', { running: 2, state: 'down' }), providerStatus('b')], 'degraded');
    for (const { events } of [one, other]) events.emit('request', requestEnd({ provider: 'a', characters: 1 }));
    expect(await samples('speech_characters_total')).to.deep.equal(['speech_characters_total{provider="a"} 2']);
    expect(await samples('speech_running')).to.deep.equal(['speech_running{provider="a"} 3']);
    expect(await samples('speech_provider_up')).to.deep.equal(['speech_provider_up{provider="b"} 1']);
    expect(await samples('speech_status')).to.deep.equal(['speech_status{status="degraded"} 1']);
  });

  it('takes along what only it has counted, and everything when it is the last', async () => {
    const one = record([providerStatus('a')]);
    const other = record([providerStatus('a'), providerStatus('b')]);
    for (const { events } of [one, other]) events.emit('request', requestEnd({ provider: 'a' }));
    other.events.emit('request', requestEnd({ provider: 'b' }));
    other.events.emit('fallback', { requestId: 'r', from: 'a', to: 'b', code: 'reset' });
    other.recorder.close();
    await settle();
    const left = await register.metrics();
    expect(left).not.to.contain('"b"');
    expect(left).to.contain('speech_requests_total{outcome="audio",provider="a",format="mp3",degraded="false"} 2');
    other.events.emit('request', requestEnd({ provider: 'a' }));
    expect(await register.metrics()).to.equal(left);
    one.recorder.close();
    expect(await register.metrics()).to.equal('\n');
  });

  it('does not take another’s metric for its own', () => {
    new Counter({ name: 'speech_requests_total', help: 'Another’s.', registers: [register] });
    expect(() => record([])).to.throw('speech_requests_total has already been registered');
  });
});

describe('the option metrics', () => {
  const options = (register: Registry): SpeechRouterOptions => ({
    metrics: { register },
    fallback: [provider('a', () => Promise.reject(new SpeechError('refused', 'made to fail'))), speaker('b')],
  });

  it('counts what a router does, and nothing is left when it has closed', async () => {
    const register = new Registry();
    const app = await startApp(options(register));
    await (await app.speak({ input: 'Hello there.', response_format: 'pcm' })).arrayBuffer();
    while (!(await register.metrics()).includes('outcome="audio"')) await settle();
    const text = await register.metrics();
    expect(text).to.contain('speech_attempts_total{provider="a",code="refused"} 1');
    expect(text).to.contain('speech_requests_total{outcome="audio",provider="b",format="pcm",degraded="true"} 1');
    await app.close();
    expect(await register.metrics()).to.equal('\n');
  });

  it('counts on when the configuration changes, and forgets who is not in it any more', async () => {
    const register = new Registry();
    const given = options(register);
    const app = await startApp(given);
    const speak = async (): Promise<void> => {
      await (await app.speak({ input: 'Hello there.', response_format: 'pcm' })).arrayBuffer();
    };
    await speak();
    while (!(await register.metrics()).includes('outcome="audio"')) await settle();
    app.speech.reconfigure({ ...given, fallback: [...(given.fallback ?? []).slice(1), { type: 'text' }] });
    await settle();
    const text = await register.metrics();
    expect(text).not.to.contain('"a"');
    expect(text).to.contain('speech_requests_total{outcome="audio",provider="b",format="pcm",degraded="true"} 1');
    expect(text).to.contain('speech_provider_up{provider="text"} 1');
    await app.close();
    expect(await register.metrics()).to.equal('\n');
  });

  it('keeps what it has counted for a provider that comes back at once', async () => {
    const register = new Registry();
    const given = options(register);
    const app = await startApp(given);
    await (await app.speak({ input: 'Hello there.', response_format: 'pcm' })).arrayBuffer();
    const counted = 'speech_attempts_total{provider="a",code="refused"} 1';
    expect(await register.metrics()).to.contain(counted);
    app.speech.reconfigure({ ...given, fallback: [{ type: 'text' }] });
    app.speech.reconfigure(given);
    await settle();
    expect(await register.metrics()).to.contain(counted);
    await app.close();
  });
});
