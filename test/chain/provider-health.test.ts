import { expect } from 'chai';
import { ProviderHealth } from '../../lib/chain/provider-health.js';
import { parseOptions } from '../../lib/config/parse-options.js';
import { SpeechError } from '../../lib/index.js';
import { Guard, type HealthState } from '../../lib/resilience/index.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import type { CheckContext } from '../../lib/speech/provider.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { speaker } from '../support/fake-provider.js';

const INTERVAL = 1_000;
const CIRCUIT = { consecutive: 2, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

type Check = (context: CheckContext) => Promise<unknown>;

function setUp(check: Check | undefined, health: object | false = {}) {
  const clock = new FakeClock();
  const events = new SpeechEvents();
  const changes: string[] = [];
  const guard = new Guard({
    circuitBreaker: { ...CIRCUIT, clock, random: () => 0 },
    bulkhead: { maxConcurrent: 10, maxQueue: 5, maxWait: 500, clock },
  });
  const own = { ...speaker('own'), ...(check && { check }) };
  const entry = { ...own, health: health === false ? health : { interval: INTERVAL, timeout: 300, ...health } };
  const [parsed] = parseOptions({ fallback: [entry] }).fallback;
  if (parsed === undefined) throw new Error('no entry');
  const stage: ProviderHealth = new ProviderHealth(
    own,
    guard,
    { guards: parsed.guards, events, clock, random: () => 0.5 },
    { onChange: () => changes.push(stage.state), extraCall: () => undefined },
  );
  const speak = (shows: 'well' | 'ill' | 'nothing'): void => {
    stage.sounds();
    stage.ended({ shows, hadSound: true });
  };
  return { clock, guard, stage, changes, events, speak };
}

const refuses: Check = () => Promise.reject(new SpeechError('status.500', 'no'));
const hangs: Check = () => new Promise(() => undefined);

/** What a check may say that is not good, and never outweighs speech. */
const CHECKS: [what: string, check: Check][] = [
  ['fails', refuses],
  ['hangs', hangs],
  ['may not see the list', () => Promise.reject(new SpeechError('status.403', 'no', { blamesProvider: false }))],
  ['finds no list', () => Promise.resolve('unknown')],
];

describe('StageHealth', () => {
  for (const [what, check] of CHECKS) {
    it(`takes a provider for up that spoke lately, though its check ${what}`, async () => {
      const { clock, guard, stage, changes, speak } = setUp(check);
      void stage.start();
      await clock.advance(300);
      for (let round = 0; round < 10; round += 1) {
        speak('well');
        await clock.advance(2_500);
        expect(stage.state).to.equal('up');
      }
      expect(guard.circuit).to.equal('closed');
      expect(new Set(changes.slice(1))).to.deep.equal(new Set(['up']));
      stage.stop();
    });

    it(`takes a provider for up whose sound is coming in, though its check ${what}`, async () => {
      const { clock, guard, stage } = setUp(check);
      void stage.start();
      stage.sounds();
      await clock.advance(60_000);
      expect([stage.state, guard.circuit]).to.deep.equal(['up', 'closed']);
      stage.ended({ shows: 'well', hadSound: true });
      expect(stage.state).to.equal('up');
      stage.stop();
    });
  }

  it('believes the checks again when the last speech was three intervals ago', async () => {
    const { clock, guard, stage, speak } = setUp(refuses);
    speak('well');
    void stage.start();
    await clock.advance(3_000);
    expect([stage.state, guard.circuit]).to.deep.equal(['up', 'closed']);
    await clock.advance(INTERVAL);
    expect([stage.state, guard.circuit]).to.deep.equal(['down', 'open']);
    stage.stop();
  });

  it('believes them at once when a speech has failed', async () => {
    const { clock, guard, stage, changes, speak } = setUp(refuses);
    speak('well');
    void stage.start();
    await clock.advance(2_000);
    speak('nothing');
    expect(stage.state).to.equal('up');
    speak('ill');
    expect([stage.state, guard.circuit, changes.at(-1)]).to.deep.equal(['down', 'open', 'down']);
    stage.stop();
  });

  it('knows nothing of a provider without a list until it has spoken, and then that it is up', async () => {
    const { clock, stage, changes, speak } = setUp(() => Promise.resolve('unknown'));
    void stage.start();
    await clock.advance(5_000);
    expect(stage.state).to.equal('unknown');
    speak('well');
    expect(changes.at(-1)).to.equal('up');
    await clock.advance(600_000);
    expect(stage.state).to.equal('up');
    speak('ill');
    expect(stage.state).to.equal('unknown');
    stage.stop();
  });

  it('knows by speech alone where there are no checks', () => {
    for (const health of [{}, false] as const) {
      const { stage, speak } = setUp(health === false ? refuses : undefined, health);
      const states: HealthState[] = [stage.state];
      for (const shows of ['well', 'nothing', 'ill'] as const) {
        speak(shows);
        states.push(stage.state);
      }
      expect(states).to.deep.equal(['unknown', 'up', 'up', 'unknown']);
    }
  });

  it('tells of a check that told nothing as of one', async () => {
    const { stage, events } = setUp(() =>
      Promise.reject(new SpeechError('status.403', 'no', { blamesProvider: false })),
    );
    const seen: unknown[] = [];
    events.on('health', ({ ok, code, inconclusive }) => seen.push({ ok, code, inconclusive }));
    await stage.start();
    expect(seen).to.deep.equal([{ ok: false, code: 'status.403', inconclusive: true }]);
    stage.stop();
  });

  describe('where checks may speak', () => {
    async function opened(check: Check) {
      const parts = setUp(check, { speak: true });
      const { guard, clock, stage } = parts;
      await stage.start();
      for (let count = 0; count < 2; count += 1) {
        (await guard.acquire(new AbortController().signal)).fail();
      }
      await clock.advance(4_900);
      return parts;
    }

    it('closes a half-open circuit by a word of its own, and soon', async () => {
      const asked: boolean[] = [];
      const { guard, clock, stage } = await opened(({ mustSpeak = false }) => {
        asked.push(mustSpeak);
        return Promise.resolve(mustSpeak ? 'spoke' : 'well');
      });
      expect(asked).not.to.include(true);
      await clock.advance(INTERVAL / 4);
      expect([guard.circuit, stage.state, asked.at(-1)]).to.deep.equal(['closed', 'up', true]);
      await clock.advance(INTERVAL);
      expect(asked.at(-1), 'once is enough').to.equal(false);
      stage.stop();
    });

    it('has callers wait for that word', async () => {
      let answer: (finding: unknown) => void = () => undefined;
      const { guard, clock, stage } = await opened(({ mustSpeak }) =>
        mustSpeak === true ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(),
      );
      await clock.advance(INTERVAL / 4);
      const waiting = guard.acquire(new AbortController().signal);
      await settle();
      expect([guard.circuit, guard.queued]).to.deep.equal(['half-open', 1]);
      answer('spoke');
      (await waiting).succeed();
      expect(guard.circuit).to.equal('closed');
      stage.stop();
    });

    it('counts a word that is refused as the probe’s failure', async () => {
      const { guard, clock, stage } = await opened((context) =>
        context.mustSpeak === true ? refuses(context) : Promise.resolve(),
      );
      await clock.advance(INTERVAL);
      expect(guard.circuit).to.equal('open');
      stage.stop();
    });

    it('leaves the probe to callers where the word takes longer than a check may, until the circuit has changed', async () => {
      const asked: boolean[] = [];
      const { guard, clock, stage } = await opened((context) => {
        asked.push(context.mustSpeak === true);
        return context.mustSpeak === true ? hangs(context) : Promise.resolve();
      });
      await clock.advance(10 * INTERVAL);
      expect([guard.circuit, asked.filter(Boolean).length]).to.deep.equal(['half-open', 1]);
      (await guard.acquire(new AbortController().signal)).fail();
      await clock.advance(20 * INTERVAL);
      expect(asked.filter(Boolean).length).to.equal(2);
      (await guard.acquire(new AbortController().signal)).succeed();
      expect(guard.circuit).to.equal('closed');
      stage.stop();
    });

    it('leaves it to them where the check spoke no word, or was stopped in the middle of it', async () => {
      for (const word of [Promise.resolve('well'), new Promise(() => undefined)]) {
        const { guard, clock, stage } = await opened(({ mustSpeak }) =>
          mustSpeak === true ? word : Promise.resolve(),
        );
        await clock.advance(INTERVAL / 4);
        stage.stop();
        await settle();
        expect(guard.circuit).to.equal('half-open');
        (await guard.acquire(new AbortController().signal)).succeed();
      }
    });
  });

  it('has a caller probe where checks may not speak', async () => {
    const { guard, clock, stage } = setUp(() => Promise.resolve());
    await stage.start();
    for (let count = 0; count < 2; count += 1) (await guard.acquire(new AbortController().signal)).fail();
    await clock.advance(60_000);
    expect(guard.circuit).to.equal('half-open');
    (await guard.acquire(new AbortController().signal)).succeed();
    expect(guard.circuit).to.equal('closed');
    stage.stop();
  });
});
