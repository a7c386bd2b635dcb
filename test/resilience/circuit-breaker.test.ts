import { expect } from 'chai';
import { CircuitBreaker, CircuitOpenError } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

const SETTINGS = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

function setUp(options: Partial<typeof SETTINGS> = {}) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const ends = { ofProbes: 0 };
  const breaker = new CircuitBreaker({
    ...SETTINGS,
    ...options,
    clock,
    random: () => 0,
    onChange: (from, to) => changes.push(`${from} → ${to}`),
    onProbeEnd: () => (ends.ofProbes += 1),
    patience: () => 500,
  });
  return { clock, breaker, changes, ends };
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
    breaker.open(30_000);
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 30_000);
    breaker.open(10_000);
    expect(() => breaker.acquire())
      .to.throw(CircuitOpenError)
      .with.property('retryAfter', 30_000);
    breaker.halfOpen();
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

  describe('and what callers ask for', () => {
    const call = (text: string, voice = 'alloy') => ({ traits: [`text ${text}`, `voice ${voice}`] });
    const failAt = (breaker: CircuitBreaker, text: string, voice?: string): boolean =>
      breaker.acquire(call(text, voice)).fail('request');

    it('stays closed where one caller asks for the same again and again, and others are answered', () => {
      const { breaker } = setUp();
      breaker.acquire(call('Hello.')).succeed();
      expect(failAt(breaker, '…')).to.equal(true);
      for (let count = 0; count < 5; count += 1) expect(failAt(breaker, '…')).to.equal(false);
      expect(breaker.state).to.equal('closed');
      // It has a circuit of its own by now.
      expect(() => breaker.acquire(call('…')))
        .to.throw(CircuitOpenError)
        .with.property('retryAfter', 5_000);
      breaker.acquire(call('Good morning.')).succeed();
    });

    it('opens where different calls fail, whether others had been answered or not', () => {
      const { breaker } = setUp();
      breaker.acquire(call('Hello.')).succeed();
      for (let number = 0; number < 5; number += 1) failAt(breaker, String(number));
      expect(breaker.state).to.equal('open');
      expect(() => breaker.acquire(call('Good morning.'))).to.throw(CircuitOpenError);
    });

    it('opens where the same call fails that had been answered', () => {
      const { breaker } = setUp();
      breaker.acquire(call('Hello.')).succeed();
      for (let count = 0; count < 5; count += 1) failAt(breaker, 'Hello.');
      expect(breaker.state).to.equal('open');
      expect(() => breaker.acquire(call('Hello.'))).to.throw(CircuitOpenError);
    });

    it('is half-open at once for other calls, where nothing but one has failed and nothing else was asked for', () => {
      const { breaker, changes } = setUp();
      for (let count = 0; count < 5; count += 1) failAt(breaker, '…');
      expect(breaker.state).to.equal('open');
      expect(() => breaker.acquire(call('…'))).to.throw(CircuitOpenError);
      expect(() => breaker.acquire(), 'nobody knows what it asks for').to.throw(CircuitOpenError);
      const other = breaker.acquire(call('Good morning.'));
      expect(breaker.state).to.equal('half-open');
      other.succeed();
      expect(changes).to.deep.equal(['closed → open', 'open → half-open', 'half-open → closed']);
      // It is known now whose fault it was.
      for (let count = 0; count < 5; count += 1) expect(failAt(breaker, '…')).to.equal(false);
      expect(breaker.state).to.equal('closed');
    });

    it('is open to all as soon as another has failed as well', () => {
      const { breaker } = setUp();
      for (let count = 0; count < 5; count += 1) failAt(breaker, '…', 'nobody');
      failAt(breaker, 'Good morning.');
      expect(breaker.state).to.equal('open');
      expect(() => breaker.acquire(call('Good evening.'))).to.throw(CircuitOpenError);
    });

    it('is open to all after failures that are nobody’s but the service’s', () => {
      const { breaker } = setUp();
      for (let count = 0; count < 4; count += 1) failAt(breaker, '…');
      breaker.acquire(call('…')).fail();
      expect(() => breaker.acquire(call('Good morning.'))).to.throw(CircuitOpenError);
    });

    it('is open to all where one failure is to open it', () => {
      const { breaker } = setUp({ consecutive: 1 });
      failAt(breaker, '…');
      expect(() => breaker.acquire(call('Good morning.'))).to.throw(CircuitOpenError);
    });

    it('hands the probe’s place back when what it asked for is to blame', async () => {
      const { breaker, clock, ends } = setUp();
      breaker.acquire(call('Hello.')).succeed();
      failAt(breaker, '…');
      breaker.open(1_000);
      await clock.advance(1_000);
      expect(failAt(breaker, '…')).to.equal(false);
      expect([breaker.state, breaker.probe, ends.ofProbes]).to.deep.equal(['half-open', 'none', 1]);
    });
  });

  describe('says whether a probe is worth waiting for', () => {
    const probing = (breaker: CircuitBreaker): string => {
      breaker.acquire();
      return breaker.probe;
    };

    it('is so at the first, however the service had failed', async () => {
      const { breaker, clock } = setUp();
      const hanging = Array.from({ length: 5 }, () => breaker.acquire());
      await clock.advance(5_000);
      for (const permit of hanging) permit.fail();
      expect(breaker.probe).to.equal('none');
      await clock.advance(5_000);
      expect(breaker.probe).to.equal('none');
      expect(probing(breaker)).to.equal('worth waiting for');
    });

    it('is not when the last probe took long to fail', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 5);
      await clock.advance(5_000);
      const probe = breaker.acquire();
      await clock.advance(501);
      probe.fail();
      await clock.advance(10_000);
      expect(probing(breaker)).to.equal('not worth waiting for');
    });

    it('is when it failed quickly, as that costs nobody anything', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 5);
      await clock.advance(5_000);
      const probe = breaker.acquire();
      await clock.advance(500);
      probe.fail();
      await clock.advance(10_000);
      expect(probing(breaker)).to.equal('worth waiting for');
    });

    it('is when something else has seen the service well', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 5);
      await clock.advance(5_000);
      const probe = breaker.acquire();
      await clock.advance(5_000);
      probe.fail();
      breaker.halfOpen();
      expect(probing(breaker)).to.equal('worth waiting for');
    });

    it('is not when a check has opened it, and is when the service only asked for rest', async () => {
      for (const [isHopeful, expected] of [
        [false, 'not worth waiting for'],
        [true, 'worth waiting for'],
      ] as const) {
        const { breaker, clock } = setUp();
        breaker.open(1_000, isHopeful);
        await clock.advance(1_000);
        expect(probing(breaker)).to.equal(expected);
      }
    });

    it('tells when it has ended, in whichever way', async () => {
      for (const how of ['proven', 'succeed', 'fail', 'release'] as const) {
        const { breaker, clock, ends } = setUp();
        fail(breaker, 5);
        await clock.advance(5_000);
        const probe = breaker.acquire();
        expect(ends.ofProbes).to.equal(0);
        probe[how]();
        expect([breaker.probe, ends.ofProbes], how).to.deep.equal(['none', 1]);
      }
    });
  });
});
