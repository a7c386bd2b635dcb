import { expect } from 'chai';
import { CircuitBreaker, CircuitOpenError } from '../../lib/resilience/circuit-breaker.js';
import { FakeClock } from '../support/fake-clock.js';

const SETTINGS = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

function setUp() {
  const clock = new FakeClock();
  const changes: string[] = [];
  const breaker = new CircuitBreaker({
    ...SETTINGS,
    clock,
    random: () => 0,
    onChange: (from, to) => changes.push(`${from} → ${to}`),
  });
  return { clock, breaker, changes };
}

function fail(breaker: CircuitBreaker, times: number): void {
  for (let count = 0; count < times; count += 1) breaker.acquire().fail();
}

describe('CircuitBreaker', () => {
  it('opens after so many failures in a row, and a success in between starts the count anew', () => {
    const { breaker } = setUp();
    fail(breaker, 4);
    breaker.acquire().succeed();
    fail(breaker, 4);
    expect(breaker.state).to.equal('closed');
    fail(breaker, 1);
    expect(breaker.state).to.equal('open');
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 5_000);
  });

  it('opens at the failure rate, but not before the least number of outcomes', () => {
    const { breaker } = setUp();
    for (let pair = 0; pair < 4; pair += 1) {
      fail(breaker, 1);
      breaker.acquire().succeed();
    }
    breaker.acquire().succeed();
    expect(breaker.state).to.equal('closed');
    fail(breaker, 1);
    expect(breaker.state).to.equal('open');
  });

  it('minds the rate of a window that is smaller than the least number of outcomes, once it is full', () => {
    const breaker = new CircuitBreaker({ ...SETTINGS, window: 4, clock: new FakeClock(), random: () => 0 });
    for (const outcome of ['fail', 'succeed', 'fail'] as const) breaker.acquire()[outcome]();
    expect(breaker.state).to.equal('closed');
    breaker.acquire().succeed();
    breaker.acquire().fail();
    expect(breaker.state).to.equal('open');
  });

  it('forgets outcomes that have left the window', () => {
    const { breaker } = setUp();
    fail(breaker, 4);
    for (let count = 0; count < 20; count += 1) breaker.acquire().succeed();
    for (let count = 0; count < 4; count += 1) {
      fail(breaker, 2);
      breaker.acquire().succeed();
    }
    expect(breaker.state).to.equal('closed');
    fail(breaker, 2);
    expect(breaker.state).to.equal('open');
  });

  it('opens on bodies that die after they have begun', () => {
    const { breaker } = setUp();
    for (let count = 0; count < 5; count += 1) {
      const permit = breaker.acquire();
      permit.proven();
      permit.fail();
    }
    expect(breaker.state).to.equal('open');
  });

  it('lets one probe through after the open period and refuses everybody else meanwhile', async () => {
    const { breaker, clock } = setUp();
    fail(breaker, 5);
    await clock.advance(4_999);
    expect(() => breaker.acquire()).to.throw(CircuitOpenError);
    await clock.advance(1);
    const probe = breaker.acquire();
    expect(breaker.state).to.equal('half-open');
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 0);
    probe.succeed();
    expect(breaker.state).to.equal('closed');
  });

  it('lets others in once the probe’s answer has begun, and revokes that when its body dies', async () => {
    const { breaker, clock, changes } = setUp();
    fail(breaker, 5);
    await clock.advance(5_000);
    const probe = breaker.acquire();
    probe.proven();
    expect(breaker.state).to.equal('closed');
    breaker.acquire().release();
    probe.fail();
    expect(breaker.state).to.equal('open');
    expect(changes).to.deep.equal(['closed → open', 'open → half-open', 'half-open → closed', 'closed → open']);
  });

  it('doubles the open period with each failed probe up to the longest, and begins anew after a whole answer', async () => {
    const { breaker, clock } = setUp();
    fail(breaker, 5);
    for (const period of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      await clock.advance(period - 1);
      expect(() => breaker.acquire(), String(period)).to.throw(CircuitOpenError);
      await clock.advance(1);
      breaker.acquire().fail();
    }
    await clock.advance(60_000);
    breaker.acquire().succeed();
    fail(breaker, 5);
    await clock.advance(5_000);
    breaker.acquire().release();
  });

  it('hands the probe’s place back when its caller leaves', async () => {
    const { breaker, clock } = setUp();
    fail(breaker, 5);
    await clock.advance(5_000);
    breaker.acquire().release();
    expect(breaker.state).to.equal('half-open');
    breaker.acquire().succeed();
    expect(breaker.state).to.equal('closed');
  });

  it('does not count what calls from before a break report after it', async () => {
    const { breaker, clock } = setUp();
    const stale = Array.from({ length: 10 }, () => breaker.acquire());
    fail(breaker, 5);
    await clock.advance(5_000);
    for (const permit of stale.slice(0, 5)) permit.fail();
    expect(breaker.state).to.equal('half-open');
    breaker.acquire().succeed();
    for (const permit of stale.slice(5)) permit.fail();
    expect(breaker.state).to.equal('closed');
  });

  it('counts a permit once, whatever is said of it later', () => {
    const { breaker } = setUp();
    const permit = breaker.acquire();
    for (let count = 0; count < 9; count += 1) permit.fail();
    expect(breaker.state).to.equal('closed');
  });

  it('is opened and tried early from outside', () => {
    const { breaker } = setUp();
    breaker.openFor(30_000);
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 30_000);
    breaker.openFor(10_000);
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 30_000);
    breaker.tryEarly();
    expect(breaker.state).to.equal('half-open');
    breaker.acquire().succeed();
    expect(breaker.state).to.equal('closed');
  });

  it('spreads the open period by up to a fifth', async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker({ ...SETTINGS, clock, random: () => 0.5 });
    fail(breaker, 5);
    await clock.advance(5_499);
    expect(breaker.state).to.equal('open');
    await clock.advance(1);
    expect(breaker.state).to.equal('half-open');
  });
});
