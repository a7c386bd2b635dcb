import { expect } from 'chai';
import { Guard } from '../../lib/resilience/index.js';
import { Seats } from '../../lib/resilience/lease.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Seats', () => {
  const { signal } = new AbortController();

  function setUp(): { readonly guard: Guard; readonly seats: Seats } {
    const clock = new FakeClock();
    const circuit = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 1_000, maxOpenFor: 60_000 };
    const guard = new Guard({
      circuitBreaker: { ...circuit, clock, random: () => 0 },
      bulkhead: { maxConcurrent: 1, maxQueue: 0, maxWait: 0, clock },
    });
    return { guard, seats: new Seats() };
  }

  it('keep a place between two calls, and give it back at the end', async () => {
    const { guard, seats } = setUp();
    (await seats.acquire('a', guard, signal, {})).succeed();
    expect(guard.running).to.equal(1);
    (await seats.acquire('a', guard, signal, {})).succeed();
    seats.leave('a');
    expect(guard.running).to.equal(0);
  });

  it('keep it while a call is under way, whatever is told late of the one before', async () => {
    const { guard, seats } = setUp();
    const first = await seats.acquire('a', guard, signal, {});
    first.proven();
    first.succeed();
    const second = await seats.acquire('a', guard, signal, {});
    first.vacate();
    seats.leave('a');
    expect(guard.running, 'the second call is under way').to.equal(1);
    second.succeed();
    expect(guard.running).to.equal(0);
  });
});
