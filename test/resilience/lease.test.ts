import { expect } from 'chai';
import { BulkheadRefusedError, CircuitOpenError, Guard } from '../../lib/resilience/index.js';
import { Lease } from '../../lib/resilience/lease.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Lease', () => {
  const { signal } = new AbortController();

  function setUp({ maxQueue = 0, maxWait = 0 } = {}): {
    readonly clock: FakeClock;
    readonly guard: Guard;
    readonly lease: Lease;
  } {
    const clock = new FakeClock();
    const circuit = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 1_000, maxOpenFor: 60_000 };
    const guard = new Guard({
      circuitBreaker: { ...circuit, clock, random: () => 0 },
      bulkhead: { maxConcurrent: 1, maxQueue, maxWait, clock },
    });
    return { clock, guard, lease: new Lease() };
  }

  it('keeps a place between two calls, and gives it back at the end', async () => {
    const { guard, lease } = setUp();
    (await lease.acquire('a', guard, signal, {})).succeed();
    expect(guard.running).to.equal(1);
    (await lease.acquire('a', guard, signal, {})).succeed();
    lease.release('a');
    expect(guard.running).to.equal(0);
  });

  it('keeps it while a call is under way, whatever is told late of the one before', async () => {
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

  async function failure(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => expect.fail('nothing was refused'),
      (error: unknown) => error,
    );
  }

  it('has a speech wait for its first place like anybody, and refuses it where there is none', async () => {
    const { guard, lease } = setUp();
    const other = await guard.acquire(signal);
    expect(await failure(lease.acquire('a', guard, signal, {}))).to.be.instanceOf(BulkheadRefusedError);
    other.succeed();
    expect(guard.running).to.equal(0);
    (await lease.acquire('a', guard, signal, {})).succeed();
    expect(guard.running).to.equal(1);
    lease.release('a');
  });

  it('lets whoever has begun to speak finish where there is no room', async () => {
    const { guard, lease } = setUp();
    const other = await guard.acquire(signal);
    lease.begin();
    const permit = await lease.acquire('a', guard, signal, {});
    expect(guard.running, 'it has no place of its own').to.equal(1);
    permit.succeed();
    lease.release('a');
    expect(guard.running).to.equal(1);
    other.succeed();
    expect(guard.running).to.equal(0);
  });

  it('lets nobody in who has left', async () => {
    const { guard, lease } = setUp({ maxQueue: 1, maxWait: 1_000 });
    const other = await guard.acquire(signal);
    lease.begin();
    const leaver = new AbortController();
    const refused = failure(lease.acquire('a', guard, leaver.signal, {}));
    leaver.abort();
    expect(await refused)
      .to.be.instanceOf(BulkheadRefusedError)
      .with.property('code', 'aborted');
    other.succeed();
    expect(guard.running).to.equal(0);
  });

  it('waits as long as it is told before there is sound, and no longer than others once there is', async () => {
    const waits: [begun: boolean, milliseconds: number][] = [
      [false, 5_000],
      [true, 100],
    ];
    for (const [begun, milliseconds] of waits) {
      const { clock, guard, lease } = setUp({ maxQueue: 1, maxWait: 100 });
      await guard.acquire(signal);
      if (begun) lease.begin();
      let isOver = false;
      const end = (): void => {
        isOver = true;
      };
      const call = lease.acquire('a', guard, signal, { maxWait: 5_000 }).then(end, end);
      await clock.advance(milliseconds - 1);
      expect(isOver, String(milliseconds)).to.equal(false);
      await clock.advance(1);
      await call;
      expect(isOver).to.equal(true);
    }
  });

  it('gives its place back where the circuit has opened between two calls', async () => {
    const { guard, lease } = setUp();
    (await lease.acquire('a', guard, signal, {})).succeed();
    guard.open(1_000);
    expect(await failure(lease.acquire('a', guard, signal, {}))).to.be.instanceOf(CircuitOpenError);
    expect(guard.running).to.equal(0);
  });

  it('gives all places back at once, and may be asked to more than once', async () => {
    const { guard, lease } = setUp();
    const { guard: other } = setUp();
    (await lease.acquire('a', guard, signal, {})).succeed();
    (await lease.acquire('b', other, signal, {})).succeed();
    expect([guard.running, other.running]).to.deep.equal([1, 1]);
    lease.releaseAll();
    lease.releaseAll();
    lease.release('c');
    expect([guard.running, other.running]).to.deep.equal([0, 0]);
  });
});
