import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { failureOf, Guard } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

const CIRCUIT = { consecutive: 2, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

function setUp(bulkhead: { maxConcurrent?: number; maxQueue?: number } = {}, adaptive?: { lateAfter: number }) {
  const clock = new FakeClock();
  const guard = new Guard({
    circuitBreaker: { ...CIRCUIT, clock, random: () => 0 },
    bulkhead: { maxConcurrent: 2, maxQueue: 1, maxWait: 500, ...bulkhead, clock },
    adaptive,
  });
  const { signal } = new AbortController();
  return { clock, guard, signal };
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return failureOf(error).code;
  }
  return 'was let in';
}

async function open(guard: Guard, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < 2; count += 1) (await guard.acquire(signal)).fail();
}

describe('Guard', () => {
  it('holds a place and a circuit’s permit until the call has ended', async () => {
    const { guard, signal } = setUp();
    const permit = await guard.acquire(signal);
    permit.proven();
    expect([guard.running, guard.circuit]).to.deep.equal([1, 'closed']);
    permit.succeed();
    expect(guard.running).to.equal(0);
  });

  for (const how of ['succeed', 'fail', 'release'] as const) {
    it(`gives a place back ahead of the end, once, and has the end count all the same: ${how}`, async () => {
      const { guard, signal } = setUp({ maxConcurrent: 1 });
      const circuit = (): string => guard.circuit;
      const permit = await guard.acquire(signal);
      permit.vacate();
      expect(guard.running).to.equal(0);
      const next = await guard.acquire(signal);
      permit[how]();
      // The place is another's by now.
      expect(guard.running).to.equal(1);
      next[how]();
      expect([guard.running, circuit()]).to.deep.equal([0, how === 'fail' ? 'open' : 'closed']);
    });
  }

  it('refuses at once, without a place, while the circuit is open', async () => {
    const { guard, signal } = setUp();
    await open(guard, signal);
    expect(await refusal(guard.acquire(signal))).to.equal('circuit_open');
    expect([guard.running, guard.queued]).to.deep.equal([0, 0]);
  });

  it('sends those away who waited when the circuit opens, and takes no place for them', async () => {
    const { guard, signal } = setUp();
    const running = [await guard.acquire(signal), await guard.acquire(signal)];
    const waiting = refusal(guard.acquire(signal));
    for (const permit of running) permit.fail();
    expect(await waiting).to.equal('circuit_open');
    expect([guard.running, guard.queued]).to.deep.equal([0, 0]);
  });

  it('never counts a full bulkhead against the service', async () => {
    const { guard, clock, signal } = setUp();
    const running = [await guard.acquire(signal), await guard.acquire(signal)];
    const waiting = refusal(guard.acquire(signal));
    for (let count = 0; count < 10; count += 1) expect(await refusal(guard.acquire(signal))).to.equal('bulkhead_full');
    await clock.advance(500);
    expect(await waiting).to.equal('timeout.queue');
    for (const permit of running) permit.succeed();
    expect(guard.circuit).to.equal('closed');
  });

  describe('whose circuit is half-open', () => {
    /** Has the circuit opened by failures, and its open period end; somebody probes. */
    async function probing(bulkhead: Parameters<typeof setUp>[0] = { maxQueue: 5, maxConcurrent: 10 }) {
      const parts = setUp(bulkhead);
      const { guard, clock, signal } = parts;
      await open(guard, signal);
      await clock.advance(5_000);
      return { ...parts, probe: await guard.acquire(signal) };
    }

    it('has others wait for the probe, and lets them in once its answer has begun', async () => {
      const { guard, signal, probe } = await probing();
      const waiting = [1, 2, 3].map(() => refusal(guard.acquire(signal)));
      await settle();
      expect([guard.running, guard.queued]).to.deep.equal([1, 3]);
      probe.proven();
      expect(await Promise.all(waiting)).to.deep.equal(['was let in', 'was let in', 'was let in']);
      expect([guard.circuit, guard.running, guard.queued]).to.deep.equal(['closed', 4, 0]);
    });

    it('sends them on at once when the probe fails', async () => {
      const { guard, clock, signal, probe } = await probing();
      const waiting = refusal(guard.acquire(signal));
      probe.fail();
      expect(await waiting).to.equal('circuit_open');
      expect([guard.running, guard.queued, clock.pendingTimers]).to.deep.equal([0, 0, 0]);
    });

    it('has the next one probe when the caller of the first leaves', async () => {
      const { guard, signal, probe } = await probing();
      const first = guard.acquire(signal);
      const second = refusal(guard.acquire(signal));
      await settle();
      probe.release();
      const next = await first;
      expect([guard.running, guard.queued]).to.deep.equal([1, 1]);
      next.proven();
      expect(await second).to.equal('was let in');
    });

    it('has them wait for a second, however long a place is waited for and whatever an answer took before', async () => {
      for (const took of [undefined, 0, 3_000]) {
        const { guard, clock, signal } = setUp({ maxQueue: 5 });
        if (took !== undefined) {
          const well = await guard.acquire(signal);
          await clock.advance(took);
          well.succeed();
        }
        await open(guard, signal);
        await clock.advance(5_000);
        await guard.acquire(signal);
        const waiting = refusal(guard.acquire(signal));
        await clock.advance(999);
        expect(guard.queued).to.equal(1);
        await clock.advance(1);
        expect(await waiting).to.equal('circuit_open');
        expect(guard.queued).to.equal(0);
      }
    });

    it('lets a burst in step by step, most of it, where an answer takes nearly as long as they wait', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 10, maxQueue: 20 }, { lateAfter: 2_500 });
      await open(guard, signal);
      await clock.advance(5_000);
      const fates: string[] = [];
      const call = async (): Promise<void> => {
        try {
          const permit = await guard.acquire(signal);
          await new Promise<void>((resolve) => void clock.schedule(resolve, 900));
          permit.proven();
          permit.succeed();
          fates.push('answered');
        } catch (error) {
          fates.push(failureOf(error).code);
        }
      };
      const burst = Promise.all(Array.from({ length: 8 }, call));
      for (let step = 0; step < 50; step += 1) await clock.advance(100);
      await burst;
      expect(fates.filter((fate) => fate === 'answered')).to.have.length.of.at.least(7);
      expect(guard.circuit).to.equal('closed');
    });

    it('has nobody wait a second time for a service that hangs', async () => {
      const { guard, clock, signal, probe } = await probing();
      await clock.advance(5_000);
      probe.fail();
      await clock.advance(10_000);
      await guard.acquire(signal);
      expect(await refusal(guard.acquire(signal))).to.equal('circuit_open');
    });

    it('has no more wait than its queue has room for, and forgets who leaves', async () => {
      const { guard, signal } = await probing({ maxQueue: 1 });
      const caller = new AbortController();
      const waiting = refusal(guard.acquire(caller.signal));
      await settle();
      expect(await refusal(guard.acquire(signal))).to.equal('circuit_open');
      caller.abort();
      expect(await waiting).to.equal('aborted');
      expect([guard.queued, getEventListeners(caller.signal, 'abort').length]).to.deep.equal([0, 0]);
    });

    it('is probed by a check too, which needs no room, and nobody else meanwhile', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 1 });
      expect(guard.tryProbe(), 'closed').to.equal(undefined);
      await open(guard, signal);
      expect(guard.tryProbe(), 'open').to.equal(undefined);
      await clock.advance(5_000);
      const probe = guard.tryProbe();
      expect(guard.tryProbe(), 'one is enough').to.equal(undefined);
      expect(guard.running).to.equal(0);
      const waiting = refusal(guard.acquire(signal));
      await settle();
      expect(guard.queued).to.equal(1);
      probe?.proven();
      probe?.succeed();
      expect(await waiting).to.equal('was let in');
      expect(guard.circuit).to.equal('closed');
    });
  });

  it('sends those away at once who wait for a place when the circuit is opened from outside', async () => {
    const { guard, signal } = setUp();
    await guard.acquire(signal);
    await guard.acquire(signal);
    const waiting = refusal(guard.acquire(signal, { maxWait: 9_000 }));
    guard.open(5_000);
    expect(await waiting).to.equal('circuit_open');
  });

  it('keeps the place for the cool-down, the circuit not', async () => {
    const { guard, clock, signal } = setUp();
    for (let count = 0; count < 2; count += 1) (await guard.acquire(signal)).fail(300);
    expect([guard.circuit, guard.running]).to.deep.equal(['open', 2]);
    await clock.advance(300);
    expect(guard.running).to.equal(0);
  });

  describe('execute', () => {
    it('returns what the task does, and frees its place', async () => {
      const { guard, signal } = setUp();
      expect(await guard.execute(() => Promise.resolve(7), signal)).to.equal(7);
      expect([guard.running, getEventListeners(signal, 'abort').length]).to.deep.equal([0, 0]);
    });

    it('counts a rejection against the service, and passes it on', async () => {
      const { guard, signal } = setUp();
      const failing = (): Promise<never> => Promise.reject(Object.assign(new Error('down'), { code: 'down' }));
      expect(await refusal(guard.execute(failing, signal))).to.equal('down');
      expect(await refusal(guard.execute(failing, signal))).to.equal('down');
      expect(await refusal(guard.execute(failing, signal))).to.equal('circuit_open');
    });

    it('counts only what is the service’s fault, where that is said', async () => {
      const clock = new FakeClock();
      const guard = new Guard({
        circuitBreaker: { ...CIRCUIT, consecutive: 1, clock, random: () => 0 },
        bulkhead: { maxConcurrent: 2, maxQueue: 1, maxWait: 500, clock },
        isFailure: (error) => failureOf(error).code !== 'status.404',
      });
      const { signal } = new AbortController();
      const failing = (code: string) => (): Promise<never> =>
        Promise.reject(Object.assign(new Error('made to fail'), { code }));
      expect(await refusal(guard.execute(failing('status.404'), signal))).to.equal('status.404');
      expect([guard.circuit, guard.running]).to.deep.equal(['closed', 0]);
      expect(await refusal(guard.execute(failing('status.500'), signal))).to.equal('status.500');
      expect(guard.circuit).to.equal('open');
    });

    it('counts a deadline that is up against the service, as it does not hear the abort for anything else', async () => {
      const { guard } = setUp();
      for (let count = 0; count < 2; count += 1) {
        const call = new AbortController();
        const hangs = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('given up'));
            });
          });
        const ended = refusal(guard.execute(hangs, call.signal));
        await Promise.resolve();
        call.abort(Object.assign(new Error('the time is up'), { code: 'deadline' }));
        await ended;
      }
      expect(guard.circuit).to.equal('open');
    });

    it('counts a caller that leaves for nothing, and hands the abort on', async () => {
      const { guard } = setUp();
      for (let count = 0; count < 5; count += 1) {
        const caller = new AbortController();
        const left = refusal(
          guard.execute(
            ({ signal }) =>
              new Promise((_resolve, reject) => {
                signal.addEventListener('abort', () => {
                  reject(Object.assign(new Error('left'), { code: 'left' }));
                });
              }),
            caller.signal,
          ),
        );
        await Promise.resolve();
        caller.abort();
        expect(await left).to.equal('left');
      }
      expect([guard.circuit, guard.running]).to.deep.equal(['closed', 0]);
    });
  });

  describe('load', () => {
    it('is no failure: a call that was late while others were answered counts for nothing', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 5 });
      const late = await guard.acquire(signal);
      const other = await guard.acquire(signal);
      await clock.advance(4_000);
      other.proven();
      await clock.advance(1_000);
      expect(late.fail(0, 'load')).to.equal(false);
      expect(guard.circuit).to.equal('closed');
    });

    it('is a failure where nobody was answered, where it was too long ago, and of a call alone', async () => {
      for (const [heardAt, isCrowd] of [
        [undefined, true],
        [2_000, true],
        [4_900, false],
      ] as const) {
        const { guard, clock, signal } = setUp({ maxConcurrent: 5 });
        let other = await guard.acquire(signal);
        if (!isCrowd) other.release();
        const late = await guard.acquire(signal);
        await clock.advance(heardAt ?? 0);
        if (!isCrowd) {
          late.heard();
          other = await guard.acquire(signal);
          other.release();
        } else if (heardAt !== undefined) other.proven();
        await clock.advance(5_000 - (heardAt ?? 0));
        expect(late.fail(0, 'load'), String(heardAt)).to.equal(true);
      }
    });

    it('is not held against the service where it is late at one thing again and again, and answers others', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 5 });
      const good = { traits: ['voice:good', 'format:mp3'] };
      const odd = { traits: ['voice:odd', 'format:mp3'] };
      for (let round = 0; round < 8; round += 1) {
        (await guard.acquire(signal, { call: good })).succeed();
        const permit = await guard.acquire(signal, { call: odd }).catch(() => undefined);
        await clock.advance(2_000);
        permit?.fail(0, 'load');
      }
      expect(guard.circuit).to.equal('closed');
      // And one that answers nobody any more is found out, whatever it is asked for.
      for (let calls = 0; calls < 5; calls += 1) {
        const call = { traits: ['voice:good', `text:${String(calls)}`] };
        const permit = await guard.acquire(signal, { call }).catch(() => undefined);
        await clock.advance(100);
        permit?.fail(0, 'load');
      }
      expect(guard.circuit).to.equal('open');
    });

    it('hears a service that is at work in the middle of an answer', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 5 });
      const long = await guard.acquire(signal);
      long.proven();
      const late = await guard.acquire(signal);
      await clock.advance(4_500);
      long.heard();
      await clock.advance(500);
      expect(late.fail(0, 'load')).to.equal(false);
      await clock.advance(0);
      const next = await guard.acquire(signal);
      await clock.advance(5_000);
      expect(next.fail(0, 'load'), 'it has frozen since').to.equal(true);
    });

    it('makes fewer calls at a time, and answers in time make more', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 8, maxQueue: 9 }, { lateAfter: 2_500 });
      const calls = await Promise.all([1, 2, 3, 4, 5].map(() => guard.acquire(signal)));
      const waiting = guard.acquire(signal, { maxWait: 9_000 });
      await settle();
      expect([guard.limit, guard.running, guard.queued]).to.deep.equal([5, 5, 1]);
      await clock.advance(1_000);
      calls[2]?.proven();
      expect(guard.limit, 'the third has shown that there is room').to.equal(6);
      const sixth = await waiting;
      await clock.advance(4_000);
      calls[4]?.proven();
      expect(guard.limit, 'the last was late').to.equal(3);
      for (const call of [...calls, sixth]) call.release();
      expect(guard.circuit).to.equal('closed');
    });

    it('lets a burst in step by step behind the probe', async () => {
      const { guard, clock, signal } = setUp({ maxConcurrent: 8, maxQueue: 20 }, { lateAfter: 2_500 });
      await open(guard, signal);
      await clock.advance(5_000);
      const burst = Array.from({ length: 8 }, () => guard.acquire(signal, { maxWait: 9_000 }));
      const steps: number[] = [];
      for (let at = 0; at < burst.length; at += steps.at(-1) ?? 0) {
        await settle();
        steps.push(guard.running);
        const running = await Promise.all(burst.slice(at, at + guard.running));
        await clock.advance(100);
        for (const permit of running) permit.proven();
        await settle();
        for (const permit of running) permit.succeed();
      }
      expect(steps).to.deep.equal([1, 2, 4, 1]);
    });
  });
});
