import { expect } from 'chai';
import { HealthCheck, type HealthCheckResult } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

function setUp(check: (signal: AbortSignal) => Promise<void>) {
  const clock = new FakeClock();
  const results: Pick<HealthCheckResult, 'ok' | 'code' | 'ms'>[] = [];
  const healthCheck = new HealthCheck({
    check: ({ signal }) => check(signal),
    interval: 10_000,
    timeout: 2_000,
    clock,
    random: () => 0.5,
    onResult: ({ at, ...rest }) => {
      expect(at).to.be.closeTo(Date.now(), 5_000);
      results.push(rest);
    },
  });
  return { clock, results, healthCheck };
}

describe('HealthCheck', () => {
  it('checks at the start and then at the interval', async () => {
    const { clock, results, healthCheck } = setUp(() => Promise.resolve());
    await healthCheck.start();
    expect(results).to.deep.equal([{ ok: true, ms: 0 }]);
    await clock.advance(9_999);
    expect(results).to.have.length(1);
    await clock.advance(1);
    expect(results).to.have.length(2);
    healthCheck.stop();
  });

  it('reports the code of a failure and goes on checking', async () => {
    let code: string | undefined = 'refused';
    const { clock, results, healthCheck } = setUp(() =>
      code === undefined ? Promise.resolve() : Promise.reject(Object.assign(new Error('no'), { code })),
    );
    await healthCheck.start();
    code = undefined;
    await clock.advance(10_000);
    expect(results).to.deep.equal([
      { ok: false, code: 'refused', ms: 0 },
      { ok: true, ms: 0 },
    ]);
    healthCheck.stop();
  });

  it('ends a check that hangs, with its signal aborted, and never runs two at once', async () => {
    const signals: AbortSignal[] = [];
    const { clock, results, healthCheck } = setUp((signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const first = healthCheck.start();
    await clock.advance(1_999);
    expect(results).to.deep.equal([]);
    await clock.advance(1);
    await first;
    expect(results).to.deep.equal([{ ok: false, code: 'timeout.total', ms: 2_000 }]);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
    await clock.advance(10_000);
    expect(signals).to.have.length(2);
    healthCheck.stop();
  });

  it('stops in the middle of a check, reports nothing more and leaves no timer', async () => {
    const { clock, results, healthCheck } = setUp(() => new Promise(() => undefined));
    const first = healthCheck.start();
    await settle();
    healthCheck.stop();
    await first;
    expect([results, clock.pendingTimers]).to.deep.equal([[], 0]);
  });

  it('stops between two checks, leaving neither the next one’s timer nor a hold on those that have ended', async () => {
    const signals: AbortSignal[] = [];
    const { clock, healthCheck } = setUp((signal) => {
      signals.push(signal);
      return Promise.resolve();
    });
    await healthCheck.start();
    await clock.advance(10_000);
    healthCheck.stop();
    expect(clock.pendingTimers).to.equal(0);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false, false]);
  });

  it('lets the first check decide, then is down after three failures in a row and up after two successes', async () => {
    const answers = [true, false, false, true, false, false, false, true, false, true, true];
    const states: string[] = [];
    const clock = new FakeClock();
    const healthCheck = new HealthCheck({
      check: () => (answers.shift() === true ? Promise.resolve() : Promise.reject(new Error('no'))),
      interval: 10_000,
      timeout: 2_000,
      clock,
      random: () => 0.5,
      onResult: (_result, state, before) => states.push(before === state ? state : `${before} → ${state}`),
    });
    expect(healthCheck.state).to.equal('unknown');
    await healthCheck.start();
    while (answers.length > 0) await clock.advance(2_500);
    const flaps = ['unknown → up', 'up', 'up', 'up', 'up', 'up', 'up → down', 'down', 'down', 'down', 'down → up'];
    expect(states).to.deep.equal(flaps);
    healthCheck.stop();
  });

  it('is down at once when the first check fails', async () => {
    const { healthCheck } = setUp(() => Promise.reject(new Error('no')));
    await healthCheck.start();
    expect(healthCheck.state).to.equal('down');
    healthCheck.stop();
  });

  it('comes back sooner while a result disagrees with the state', async () => {
    let isWell = true;
    const { clock, results, healthCheck } = setUp(() => (isWell ? Promise.resolve() : Promise.reject(new Error('no'))));
    await healthCheck.start();
    isWell = false;
    await clock.advance(10_000);
    await clock.advance(2_500);
    await clock.advance(2_500);
    expect([results.length, healthCheck.state]).to.deep.equal([4, 'down']);
    await clock.advance(9_999);
    expect(results).to.have.length(4);
    healthCheck.stop();
  });

  it('spreads its checks by a tenth of the interval', async () => {
    for (const [random, wait] of [
      [0, 9_000],
      [1, 11_000],
    ] as const) {
      const clock = new FakeClock();
      let count = 0;
      const onResult = (): void => {
        count += 1;
      };
      const check = (): Promise<void> => Promise.resolve();
      const options = { check, interval: 10_000, timeout: 2_000, clock, random: () => random, onResult };
      const healthCheck = new HealthCheck(options);
      await healthCheck.start();
      await clock.advance(wait - 1);
      expect(count).to.equal(1);
      await clock.advance(1);
      expect(count).to.equal(2);
      healthCheck.stop();
    }
  });

  describe('an answer that tells nothing', () => {
    type Answer = 'well' | 'unknown' | 'ill' | 'not allowed';

    async function statesAfter(answers: readonly Answer[]) {
      const clock = new FakeClock();
      const left = [...answers];
      const seen: { state: string; ok: boolean; inconclusive: boolean }[] = [];
      const healthCheck = new HealthCheck({
        check: () => {
          const answer = left.shift();
          if (answer === 'well' || answer === 'unknown') return Promise.resolve(answer);
          return Promise.reject(Object.assign(new Error(answer), { code: answer }));
        },
        interval: 10_000,
        timeout: 2_000,
        clock,
        random: () => 0.5,
        isFailure: (error) => (error as Error).message !== 'not allowed',
        onResult: ({ ok, inconclusive }, state) => seen.push({ state, ok, inconclusive: inconclusive === true }),
      });
      await healthCheck.start();
      while (left.length > 0) await clock.advance(2_500);
      healthCheck.stop();
      return seen;
    }

    const states = async (answers: readonly Answer[]): Promise<string[]> =>
      (await statesAfter(answers)).map(({ state }) => state);

    it('leaves a service unknown that has not been seen well', async () => {
      expect(await statesAfter(['unknown', 'not allowed'])).to.deep.equal([
        { state: 'unknown', ok: true, inconclusive: true },
        { state: 'unknown', ok: false, inconclusive: true },
      ]);
    });

    it('leaves a service up that was, and ends a row of failures', async () => {
      const answers: Answer[] = ['well', 'not allowed', 'unknown', 'ill', 'ill', 'unknown', 'ill', 'ill'];
      expect(new Set(await states(answers))).to.deep.equal(new Set(['up']));
    });

    it('takes a service that was down for unknown, after two', async () => {
      expect(await states(['ill', 'unknown', 'ill', 'unknown', 'not allowed', 'well', 'well'])).to.deep.equal([
        'down',
        'down',
        'down',
        'down',
        'unknown',
        'unknown',
        'up',
      ]);
    });

    it('does not make the next failure decide, as the first check does', async () => {
      expect(await states(['unknown', 'ill', 'ill', 'ill'])).to.deep.equal(['unknown', 'unknown', 'unknown', 'down']);
    });
  });

  it('comes back sooner while somebody waits for it', async () => {
    const clock = new FakeClock();
    let count = 0;
    let isUrgent = true;
    const healthCheck = new HealthCheck({
      check: () => Promise.resolve(),
      ...{ interval: 10_000, timeout: 2_000, clock, random: () => 0.5, isUrgent: () => isUrgent },
      onResult: () => (count += 1),
    });
    await healthCheck.start();
    isUrgent = false;
    await clock.advance(2_500);
    expect(count).to.equal(2);
    await clock.advance(9_999);
    expect(count).to.equal(2);
    healthCheck.stop();
  });
});
