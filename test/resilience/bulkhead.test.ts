import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { Bulkhead, BulkheadRefusedError } from '../../lib/resilience/bulkhead.js';
import { FakeClock } from '../support/fake-clock.js';

function setUp(options: { maxConcurrent?: number; maxQueue?: number; maxWait?: number } = {}) {
  const clock = new FakeClock();
  const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 2, maxWait: 500, ...options, clock });
  return { clock, bulkhead };
}

const stays = (): AbortSignal => new AbortController().signal;

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BulkheadRefusedError) return error.code;
  }
  return 'was let in';
}

describe('Bulkhead', () => {
  it('lets so many in, queues so many and refuses the rest at once', async () => {
    const { bulkhead } = setUp();
    await bulkhead.acquire(stays());
    void bulkhead.acquire(stays()).catch(() => undefined);
    void bulkhead.acquire(stays()).catch(() => undefined);
    expect([bulkhead.running, bulkhead.queued]).to.deep.equal([1, 2]);
    expect(await refusal(bulkhead.acquire(stays()))).to.equal('bulkhead_full');
  });

  it('lets the waiting in by the order of their arrival, and nobody past them', async () => {
    const { bulkhead } = setUp({ maxQueue: 3 });
    const order: string[] = [];
    const first = await bulkhead.acquire(stays());
    const permits = ['a', 'b'].map(async (name) => {
      const permit = await bulkhead.acquire(stays());
      order.push(name);
      return permit;
    });
    first.release();
    const late = bulkhead.acquire(stays()).then((permit) => {
      order.push('late');
      return permit;
    });
    (await permits[0])?.release();
    (await permits[1])?.release();
    (await late).release();
    expect(order).to.deep.equal(['a', 'b', 'late']);
    expect([bulkhead.running, bulkhead.queued]).to.deep.equal([0, 0]);
  });

  it('ends a wait that is too long', async () => {
    const { bulkhead, clock } = setUp();
    await bulkhead.acquire(stays());
    const waiting = refusal(bulkhead.acquire(stays()));
    await clock.advance(499);
    expect(bulkhead.queued).to.equal(1);
    await clock.advance(1);
    expect(await waiting).to.equal('timeout.queue');
    expect(bulkhead.queued).to.equal(0);
  });

  it('forgets an entry at once when its caller leaves, and leaves neither timer nor listener', async () => {
    const { bulkhead, clock } = setUp();
    const first = await bulkhead.acquire(stays());
    const caller = new AbortController();
    const waiting = refusal(bulkhead.acquire(caller.signal));
    caller.abort();
    expect(bulkhead.queued).to.equal(0);
    expect(await waiting).to.equal('aborted');
    expect(await refusal(bulkhead.acquire(caller.signal))).to.equal('aborted');
    expect([clock.pendingTimers, getEventListeners(caller.signal, 'abort').length]).to.deep.equal([0, 0]);
    first.release();
    expect(bulkhead.running).to.equal(0);
  });

  it('gives a place back after its cool-down where one was asked for, and early when that is called off', async () => {
    const { bulkhead, clock } = setUp({ maxConcurrent: 3 });
    const one = await bulkhead.acquire(stays());
    const other = await bulkhead.acquire(stays());
    await bulkhead.acquire(stays());
    one.release(300);
    one.release(900);
    other.release(300);
    expect(bulkhead.running).to.equal(3);
    other.release();
    expect([bulkhead.running, clock.pendingTimers]).to.deep.equal([2, 1]);
    await clock.advance(300);
    expect(bulkhead.running).to.equal(1);
  });

  it('gives a place back once, however often that is said', async () => {
    const { bulkhead, clock } = setUp({ maxConcurrent: 2 });
    const one = await bulkhead.acquire(stays());
    await bulkhead.acquire(stays());
    for (const coolDown of [undefined, 0, 300, undefined]) one.release(coolDown);
    await clock.advance(300);
    expect([bulkhead.running, clock.pendingTimers]).to.deep.equal([1, 0]);
  });
});
