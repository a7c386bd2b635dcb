import { expect } from 'chai';
import {
  ChainExhaustedError,
  Deadline,
  runFallbackChain,
  type Attempt,
  type ChainStep,
  type StepContext,
} from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

class CodedError extends Error {
  readonly code: string;
  readonly fallbackHelps: boolean;

  constructor(code: string, fallbackHelps = true) {
    super(code);
    this.code = code;
    this.fallbackHelps = fallbackHelps;
  }
}

type Answer = (context: StepContext) => Promise<string>;

function step(name: string, attempt: Answer, reserve = 1_000): ChainStep<string, string> {
  return { name, reserve, attempt: (_request, context) => attempt(context) };
}

const answers: Answer = () => Promise.resolve('value');
const fails =
  (code: string): Answer =>
  () =>
    Promise.reject(new CodedError(code));
const hangs: Answer = () => new Promise(() => undefined);

function setUp(milliseconds = 10_000) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const seen: Attempt[] = [];
  const run = {
    deadline: new Deadline(milliseconds, clock),
    signal: controller.signal,
    clock,
    onAttempt: (attempt: Attempt) => seen.push(attempt),
  };
  const ask = (...steps: ChainStep<string, string>[]) => runFallbackChain(steps, 'request', run);
  return { clock, controller, seen, run, ask };
}

async function exhaustion(promise: Promise<unknown>): Promise<ChainExhaustedError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChainExhaustedError)) throw new Error('expected the chain to be exhausted');
  return error;
}

describe('runFallbackChain', () => {
  it('takes the first answer and asks nobody else', async () => {
    const { ask } = setUp();
    const outcome = await ask(
      step('first', answers),
      step('second', () => expect.fail('asked')),
    );
    expect(outcome).to.deep.equal({
      value: 'value',
      step: 'first',
      attempts: [{ step: 'first', code: null, ms: 0 }],
    });
  });

  it('goes on after each failure, in order, and tells every attempt as data', async () => {
    const { ask, seen } = setUp();
    const outcome = await ask(step('a', fails('refused')), step('b', fails('empty')), step('c', answers));
    expect(outcome.step).to.equal('c');
    expect(outcome.attempts.map(({ step: name, code }) => [name, code])).to.deep.equal([
      ['a', 'refused'],
      ['b', 'empty'],
      ['c', null],
    ]);
    expect(seen).to.deep.equal(outcome.attempts);
  });

  it('gives a stranger’s error the code internal, a synchronous throw too', async () => {
    const { ask } = setUp();
    const outcome = await ask(
      step('a', () => {
        throw new TypeError('a bug');
      }),
      step('b', answers),
    );
    expect(outcome.attempts[0]?.code).to.equal('internal');
  });

  it('leaves the steps behind their reserve when one hangs', async () => {
    const { ask, clock } = setUp(10_000);
    let budget = 0;
    const running = ask(
      step('hangs', hangs),
      step('next', (context) => {
        budget = context.budget;
        return answers(context);
      }),
    );
    await clock.advance(8_999);
    expect(budget).to.equal(0);
    await clock.advance(1);
    const outcome = await running;
    expect(outcome.attempts).to.deep.equal([
      { step: 'hangs', code: 'deadline', ms: 9_000 },
      { step: 'next', code: null, ms: 0 },
    ]);
    expect(budget).to.equal(1_000);
  });

  it('asks a step that needs no time even when the deadline is over, and none that needs some', async () => {
    const { ask, clock } = setUp(1_000);
    const running = ask(step('hangs', hangs), step('late', hangs), step('text', answers, 0));
    await clock.advance(1_000);
    const outcome = await running;
    expect(outcome.step).to.equal('text');
    expect(outcome.attempts.map(({ code }) => code)).to.deep.equal(['deadline', 'deadline', null]);
  });

  it('lets go of a value that a step delivers after it was given up', async () => {
    const { run, clock } = setUp(2_000);
    const discarded: string[] = [];
    const late = step(
      'late',
      () =>
        new Promise((resolve) =>
          clock.schedule(() => {
            resolve('late');
          }, 1_500),
        ),
    );
    const outcome = runFallbackChain([late, step('next', answers)], 'request', {
      ...run,
      discard: (value) => discarded.push(value),
    });
    await clock.advance(2_000);
    expect([(await outcome).step, discarded]).to.deep.equal(['next', ['late']]);
  });

  it('does not even begin a step that has nothing left', async () => {
    const { ask } = setUp(0);
    const outcome = await ask(
      step('late', () => expect.fail('asked')),
      step('text', answers, 0),
    );
    expect(outcome.attempts.map(({ code }) => code)).to.deep.equal(['deadline', null]);
  });

  it('ends with all attempts when nobody answers', async () => {
    const { ask } = setUp();
    const error = await exhaustion(ask(step('a', fails('refused')), step('b', fails('status.500'))));
    expect(error.attempts.map(({ code }) => code)).to.deep.equal(['refused', 'status.500']);
  });

  it('asks nobody further once the caller has left, and ends at once', async () => {
    const { ask, controller, clock } = setUp();
    let signal: AbortSignal | undefined;
    const running = ask(
      step('hangs', (context) => {
        signal = context.signal;
        return hangs(context);
      }),
      step('next', () => expect.fail('asked')),
    );
    await clock.advance(5);
    controller.abort();
    const error = await exhaustion(running);
    expect(error.attempts).to.deep.equal([{ step: 'hangs', code: 'aborted', ms: 5 }]);
    expect(signal?.aborted).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('asks nobody further for a caller who leaves just as a step has failed', async () => {
    const { run, controller } = setUp();
    const first: ChainStep<string, string> = { ...step('a', fails('reset')), retryDelay: () => expect.fail('asked') };
    const onAttempt = (): void => {
      controller.abort();
    };
    const steps = [first, step('b', () => expect.fail('asked'))];
    const error = await exhaustion(runFallbackChain(steps, 'request', { ...run, onAttempt }));
    expect(error.attempts.map(({ code }) => code)).to.deep.equal(['reset']);
  });

  it('stops at an error that no other step can help with', async () => {
    const { ask } = setUp();
    const hopeless = step('a', () => Promise.reject(new CodedError('blocked', false)));
    const error = await exhaustion(
      ask(
        hopeless,
        step('b', () => expect.fail('asked')),
      ),
    );
    expect(error.attempts.map(({ code }) => code)).to.deep.equal(['blocked']);
  });

  describe('a step that asks to be tried again', () => {
    const again = (answer: Answer, ...delays: (number | undefined)[]): ChainStep<string, string> => ({
      ...step('a', answer),
      retryDelay: () => delays.shift(),
    });

    it('is tried again after its wait, and its answer counts', async () => {
      const { clock, ask, seen } = setUp();
      const tries: number[] = [];
      const flaky: Answer = (context) => {
        tries.push(context.tries);
        return context.tries === 1 ? Promise.reject(new CodedError('reset')) : Promise.resolve('value');
      };
      const outcome = ask(again(flaky, 70), step('b', answers));
      await clock.advance(69);
      expect(tries).to.deep.equal([1]);
      await clock.advance(1);
      expect(await outcome).to.include({ value: 'value', step: 'a' });
      expect(tries).to.deep.equal([1, 2]);
      expect(seen.map(({ step: name, code }) => [name, code])).to.deep.equal([
        ['a', 'reset'],
        ['a', null],
      ]);
    });

    it('is asked with what would be left for it, the reserves of those behind taken off', async () => {
      const { ask } = setUp(3_000);
      const asked: unknown[] = [];
      const first: ChainStep<string, string> = {
        ...step('a', fails('reset')),
        retryDelay: (thrown, request, context) => {
          asked.push([(thrown as CodedError).code, request, context]);
          return undefined;
        },
      };
      await ask(first, step('b', answers));
      expect(asked).to.deep.equal([['reset', 'request', { tries: 1, remaining: 2_000 }]]);
    });

    it('goes on to the next step when it has had enough, and says so once', async () => {
      const { clock, ask, run } = setUp();
      const fallbacks: unknown[] = [];
      Object.assign(run, { onFallback: (failed: Attempt, next: string) => fallbacks.push([failed.code, next]) });
      const outcome = ask(again(fails('reset'), 0, undefined), step('b', answers));
      await clock.advance(0);
      expect((await outcome).attempts.map(({ step: name }) => name)).to.deep.equal(['a', 'a', 'b']);
      expect(fallbacks).to.deep.equal([['reset', 'b']]);
    });

    it('is not waited for by a caller that leaves', async () => {
      const { clock, controller, ask } = setUp();
      const outcome = exhaustion(ask(again(fails('reset'), 5_000), step('b', answers)));
      await clock.advance(1);
      controller.abort();
      expect((await outcome).attempts).to.have.length(1);
      expect(clock.pendingTimers).to.equal(0);
    });
  });
});
