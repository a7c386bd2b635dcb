import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { Bulkhead, BulkheadRefusedError } from '../../lib/resilience/bulkhead.js';
import { FakeClock } from '../support/fake-clock.js';

function setUp(options: Partial<ConstructorParameters<typeof Bulkhead>[0]> = {}) {
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

  it('lets a caller wait for as long as it can', async () => {
    const { bulkhead, clock } = setUp();
    const first = await bulkhead.acquire(stays());
    const patient = bulkhead.acquire(stays(), 9_000);
    await clock.advance(8_999);
    first.release();
    (await patient).release();
    expect(bulkhead.running).to.equal(0);
  });

  describe('that is full', () => {
    /** Has so many calls made, one after the other, each of which takes so long. */
    async function work(bulkhead: Bulkhead, clock: FakeClock, calls: number, took: number): Promise<void> {
      for (let call = 0; call < calls; call += 1) {
        const place = await bulkhead.acquire(stays());
        await clock.advance(took);
        place.release();
      }
    }

    it('refuses at once who would wait in vain, and lets those wait whose turn may come', async () => {
      const { bulkhead, clock } = setUp({ maxQueue: 10 });
      await work(bulkhead, clock, 3, 400);
      const place = await bulkhead.acquire(stays());
      const waiting = refusal(bulkhead.acquire(stays()));
      expect(await refusal(bulkhead.acquire(stays())), 'it would take 800 ms').to.equal('timeout.queue');
      expect(bulkhead.queued).to.equal(1);
      expect(await refusal(bulkhead.acquire(stays(), 100)), 'nor in 100').to.equal('timeout.queue');
      place.release();
      expect(await waiting).to.equal('was let in');
    });

    it('sends those away who turn out to wait in vain', async () => {
      const { bulkhead, clock } = setUp({ maxQueue: 10 });
      const place = await bulkhead.acquire(stays());
      const waiting = [1, 2, 3, 4, 5].map(() => refusal(bulkhead.acquire(stays(), 5_000)));
      await clock.advance(2_000);
      place.release();
      // The first has the place; the others have 3 s left, of which each before them takes two.
      expect(await Promise.all([waiting[0], waiting[3], waiting[4]])).to.deep.equal([
        'was let in',
        'timeout.queue',
        'timeout.queue',
      ]);
      expect(bulkhead.queued).to.equal(2);
    });

    it('goes by how often a place becomes free, however long each is held', async () => {
      const { bulkhead, clock } = setUp({ maxConcurrent: 10, maxQueue: 10 });
      const places = [];
      for (let number = 0; number < 10; number += 1) {
        await clock.advance(100);
        places.push(await bulkhead.acquire(stays()));
      }
      // Each is held for a second, and one in a hundred milliseconds comes back.
      for (let number = 0; number < 10; number += 1) {
        const next = bulkhead.acquire(stays());
        await clock.advance(100);
        places.shift()?.release();
        places.push(await next);
      }
      const waiting = [1, 2, 3, 4, 5, 6, 7].map(() => bulkhead.acquire(stays()));
      expect(bulkhead.queued, 'seven times 100 ms, of 750').to.equal(7);
      expect(await refusal(bulkhead.acquire(stays()))).to.equal('timeout.queue');
      for (const place of places) place.release();
      await Promise.all(waiting);
    });

    it('forgets the pace of a minute ago', async () => {
      const { bulkhead, clock } = setUp();
      await work(bulkhead, clock, 1, 4_000);
      await bulkhead.acquire(stays());
      expect(await refusal(bulkhead.acquire(stays()))).to.equal('timeout.queue');
      await clock.advance(60_001);
      const waiting = refusal(bulkhead.acquire(stays()));
      expect(bulkhead.queued).to.equal(1);
      await clock.advance(500);
      expect(await waiting).to.equal('timeout.queue');
    });
  });

  it('lets in no more than its limit of the moment, and who waits as soon as it rises', async () => {
    let limit = 1;
    const { bulkhead } = setUp({ maxConcurrent: 3, limit: () => limit });
    const place = await bulkhead.acquire(stays());
    const waiting = refusal(bulkhead.acquire(stays()));
    expect([bulkhead.running, bulkhead.queued, bulkhead.limit]).to.deep.equal([1, 1, 1]);
    limit = 7;
    bulkhead.admitWaiting();
    expect(await waiting).to.equal('was let in');
    expect([bulkhead.running, bulkhead.queued, bulkhead.limit]).to.deep.equal([2, 0, 3]);
    limit = 1;
    place.release();
    expect(bulkhead.tryAcquire(), 'one is still there').to.equal(undefined);
  });

  it('sends everybody away who waits', async () => {
    const { bulkhead, clock } = setUp();
    await bulkhead.acquire(stays());
    const waiting = [bulkhead.acquire(stays()), bulkhead.acquire(stays())].map((one) =>
      one.catch((error: unknown) => (error as Error).message),
    );
    bulkhead.dismissWaiting(() => new Error('closed'));
    expect(await Promise.all(waiting)).to.deep.equal(['closed', 'closed']);
    expect([bulkhead.running, bulkhead.queued, clock.pendingTimers]).to.deep.equal([1, 0, 0]);
  });
});
