import { getEventListeners, setMaxListeners } from 'node:events';
import { expect } from 'chai';
import { bulkhead, circuitBreaker, fallback, guard, retry, timeout, wrap } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

const CALLS = 50;

/** Runs a test and gathers what Node warns of meanwhile. */
async function warningsIn(test: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const gather = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', gather);
  try {
    await test();
    // Node tells of a warning in a later turn.
    await settle();
    await settle();
  } finally {
    process.off('warning', gather);
  }
  return warnings;
}

describe('a signal that many calls share', () => {
  const clock = new FakeClock();
  const random = (): number => 0;
  const room = { maxConcurrent: 25, maxQueue: 100, clock };
  const policies = {
    bulkhead: () => bulkhead(room),
    circuitBreaker: () => circuitBreaker({ clock, random }),
    guard: () => guard({ bulkhead: { maxConcurrent: 25, maxQueue: 100 }, clock, random }),
    retry: () => retry({ clock, random }),
    timeout: () => timeout(1_000, { clock }),
    wrap: () =>
      wrap(retry({ clock, random }), circuitBreaker({ clock, random }), bulkhead(room), timeout(9, { clock })),
  };

  for (const [name, make] of Object.entries(policies)) {
    it(`has one listener of ${name}, and none when they have ended`, async () => {
      const application = new AbortController();
      const policy = make();
      const warnings = await warningsIn(async () => {
        const ends: (() => void)[] = [];
        const task = ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
          signal.addEventListener('abort', () => undefined);
          return new Promise((resolve) => ends.push(resolve));
        };
        const calls = Array.from({ length: CALLS }, () => policy.execute(task, application.signal));
        await settle();
        expect(getEventListeners(application.signal, 'abort')).to.have.lengthOf(1);
        while (ends.length > 0) {
          for (const end of ends.splice(0)) end();
          await settle();
        }
        await Promise.all(calls);
      });
      expect(warnings).to.deep.equal([]);
      expect(getEventListeners(application.signal, 'abort')).to.have.lengthOf(0);
    });
  }

  it('has one listener of fallback(), and none after it', async () => {
    const application = new AbortController();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const ask = fallback({ name: 'only', attempt: () => ended });
    const warnings = await warningsIn(async () => {
      const calls = Array.from({ length: CALLS }, () => ask(1, { signal: application.signal, clock }));
      await settle();
      expect(getEventListeners(application.signal, 'abort')).to.have.lengthOf(1);
      end();
      await Promise.all(calls);
    });
    expect(warnings).to.deep.equal([]);
    expect(getEventListeners(application.signal, 'abort')).to.have.lengthOf(0);
  });

  it('ends all of them when it aborts, with its reason', async () => {
    const application = new AbortController();
    const reasons: unknown[] = [];
    const task = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(new Error('left'));
        });
      });
    const policy = retry({ clock, random });
    const calls = Array.from({ length: CALLS }, () => policy.execute(task, application.signal));
    const reason = new Error('the application closes');
    application.abort(reason);
    const results = await Promise.allSettled(calls);
    expect(results.every(({ status }) => status === 'rejected')).to.equal(true);
    expect(reasons).to.deep.equal(Array.from({ length: CALLS }, () => reason));
  });

  it('would have warned without that, so that this test means something', async () => {
    const { signal } = new AbortController();
    setMaxListeners(10, signal);
    const warnings = await warningsIn(async () => {
      for (let count = 0; count < 11; count += 1) signal.addEventListener('abort', () => undefined);
    });
    expect(warnings).to.have.lengthOf(1);
  });
});
