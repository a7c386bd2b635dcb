import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { withTimeLimit, type TimeLimitOptions } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { collectGarbage } from '../support/garbage.js';

const expired = new Error('expired');
const aborted = new Error('aborted');

function setUp() {
  const clock = new FakeClock();
  const controller = new AbortController();
  const discarded: string[] = [];
  const options: TimeLimitOptions<string> = {
    limit: 100,
    signal: controller.signal,
    clock,
    expired: () => expired,
    aborted: () => aborted,
    discard: (value) => discarded.push(value),
  };
  return {
    clock,
    controller,
    discarded,
    options,
    listeners: () => getEventListeners(controller.signal, 'abort').length,
  };
}

async function outcomeOf(promise: Promise<string>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

describe('withTimeLimit', () => {
  it('passes the value on and leaves no timer', async () => {
    const { clock, options } = setUp();
    expect(await withTimeLimit(() => Promise.resolve('value'), options)).to.equal('value');
    expect(clock.pendingTimers).to.equal(0);
  });

  it('does not hold the value by the listener that stays', async () => {
    const { options, listeners } = setUp();
    const pass = async (): Promise<WeakRef<object>> => {
      const value = await withTimeLimit(() => Promise.resolve({}), { ...options, discard: undefined });
      return new WeakRef(value);
    };
    const value = await pass();
    await collectGarbage();
    expect(value.deref()).to.equal(undefined);
    expect(listeners()).to.equal(1);
  });

  it('passes a rejection on, and a synchronous throw too, and leaves neither timer nor listener', async () => {
    const { clock, options, listeners } = setUp();
    const error = new Error('task');
    expect(await outcomeOf(withTimeLimit(() => Promise.reject(error), options))).to.equal(error);
    const thrower = (): Promise<string> => {
      throw error;
    };
    expect(await outcomeOf(withTimeLimit(thrower, options))).to.equal(error);
    expect([clock.pendingTimers, listeners()]).to.deep.equal([0, 0]);
  });

  it('ends a task that ignores its signal, and discards the value that comes too late', async () => {
    const { clock, options, discarded, listeners } = setUp();
    let finish: (value: string) => void = () => undefined;
    let seen: AbortSignal | undefined;
    const outcome = outcomeOf(
      withTimeLimit((signal) => {
        seen = signal;
        return new Promise<string>((resolve) => (finish = resolve));
      }, options),
    );
    await clock.advance(99);
    expect(seen?.aborted).to.equal(false);
    await clock.advance(1);
    expect(await outcome).to.equal(expired);
    expect(seen?.aborted).to.equal(true);
    finish('late');
    await settle();
    expect(discarded).to.deep.equal(['late']);
    expect(listeners()).to.equal(0);
  });

  it('ends at once when the caller leaves, and does not start when it has left already', async () => {
    const { controller, options } = setUp();
    const outcome = outcomeOf(withTimeLimit(() => new Promise<string>(() => undefined), options));
    controller.abort();
    expect(await outcome).to.equal(aborted);
    let started = false;
    const late = withTimeLimit(() => {
      started = true;
      return Promise.resolve('never');
    }, options);
    expect(await outcomeOf(late)).to.equal(aborted);
    expect(started).to.equal(false);
  });

  it('keeps the signal of a task that has succeeded linked, as its value may live on', async () => {
    const { controller, options } = setUp();
    let seen: AbortSignal | undefined;
    await withTimeLimit((signal) => {
      seen = signal;
      return Promise.resolve('stream');
    }, options);
    controller.abort();
    expect(seen?.aborted).to.equal(true);
  });
});
