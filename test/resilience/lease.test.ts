import { expect } from 'chai';
import { Guard } from '../../lib/resilience/index.js';
import { Lease } from '../../lib/resilience/lease.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Seats', () => {
  const { signal } = new AbortController();

  function setUp(): { readonly guard: Guard; readonly lease: Lease } {
    const clock = new FakeClock();
    const circuit = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 1_000, maxOpenFor: 60_000 };
    const guard = new Guard({
      circuitBreaker: { ...circuit, clock, random: () => 0 },
      bulkhead: { maxConcurrent: 1, maxQueue: 0, maxWait: 0, clock },
    });
    return { guard, lease: new Lease() };
  }

  it('keep a place between two calls, and give it back at the end', async () => {
    const { guard, lease } = setUp();
    (await lease.acquire('a', guard, signal, {})).succeed();
    expect(guard.running).to.equal(1);
    (await lease.acquire('a', guard, signal, {})).succeed();
    lease.release('a');
    expect(guard.running).to.equal(0);
  });

  it('keep it while a call is under way, whatever is told late of the one before', async () => {
    const { guard, lease } = setUp();
    const first = await lease.acquire('a', guard, signal, {});
    first.proven();
    first.succeed();
    const second = await lease.acquire('a', guard, signal, {});
    first.vacate();
    lease.release('a');
    expect(guard.running, 'the second call is under way').to.equal(1);
    second.succeed();
    expect(guard.running).to.equal(0);
  });
});
