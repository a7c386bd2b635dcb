import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { failureOf, Guard } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

const CIRCUIT = { consecutive: 2, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

function setUp(bulkhead: { maxConcurrent?: number; maxQueue?: number } = {}) {
  const clock = new FakeClock();
  const guard = new Guard({
    circuitBreaker: { ...CIRCUIT, clock, random: () => 0 },
    bulkhead: { maxConcurrent: 2, maxQueue: 1, maxWait: 500, ...bulkhead, clock },
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

  it('lets one probe through when the open period is over, and takes no place for the others', async () => {
    const { guard, clock, signal } = setUp();
    await open(guard, signal);
    await clock.advance(5_000);
    const probe = await guard.acquire(signal);
    expect(await refusal(guard.acquire(signal))).to.equal('circuit_open');
    expect(guard.running).to.equal(1);
    probe.release();
    (await guard.acquire(signal)).succeed();
    expect(guard.circuit).to.equal('closed');
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
});
