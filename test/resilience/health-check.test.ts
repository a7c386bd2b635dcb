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
});
