import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { DEFAULTS, bulkhead, circuitBreaker, Deadline, fallback, guard } from '../../lib/resilience/index.js';
import { BulkheadRefusedError, retry, timeout, wrap, type Policy, type Task } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

const random = (): number => 0;

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it was to fail'),
    (error: unknown) => error,
  );
}

const coded = (code: string, more: object = {}): Error => Object.assign(new Error(code), { code, ...more });
const failing = (error: Error) => () => Promise.reject(error);
const hanging = (): Promise<never> => new Promise(() => undefined);

describe('factories of express-speech/resilience', () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  it('need nothing but the limit of timeout()', async () => {
    const all = [bulkhead(), circuitBreaker(), guard(), retry(), timeout(2_000)];
    for (const policy of [...all, wrap(...all)]) expect(await policy.execute(() => Promise.resolve(7))).to.equal(7);
    expect((await fallback({ name: 'one', attempt: async (input: number) => input + 1 })(1)).value).to.equal(2);
  });

  it('have defaults that nobody changes', () => {
    expect([DEFAULTS, ...Object.values(DEFAULTS)].every((defaults) => Object.isFrozen(defaults))).to.equal(true);
  });

  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    [
      'a slip',
      () => circuitBreaker({ consecutiv: 3 } as never),
      'circuitBreaker(): unknown option "consecutiv"; did you mean "consecutive"?',
    ],
    ['another word', () => retry({ zebra: 3 } as never), 'unknown option "zebra"; there are limit,'],
    [
      'an inner slip',
      () => guard({ bulkhead: { maxQueu: 3 } } as never),
      'guard(): bulkhead: unknown option "maxQueu"; did you mean "maxQueue"?',
    ],
    ['a name of every object', () => retry({ toString: 3 } as never), 'unknown option "toString"'],
    [
      'no calls at all',
      () => bulkhead({ maxConcurrent: 0 }),
      'bulkhead(): maxConcurrent: expected a whole number of calls, at least 1; got 0',
    ],
    ['half a call', () => bulkhead({ maxQueue: 0.5 }), 'maxQueue'],
    ['a word for a number', () => bulkhead({ maxWait: 'soon' } as never), 'got string'],
    [
      'a circuit that never closes',
      () => circuitBreaker({ openFor: NaN }),
      'openFor: expected a number of milliseconds',
    ],
    ['a timer that would be over at once', () => timeout(Infinity), 'timeout(): expected a number of milliseconds'],
    ['no limit', () => timeout(undefined as never), 'got undefined'],
    [
      'more than all',
      () => retry({ budget: 2 }),
      'budget: expected a share of the calls from 0 to 1, or Infinity; got 2',
    ],
    ['no function', () => retry({ isRetryable: true } as never), 'isRetryable: expected a function; got true'],
    ['no clock', () => retry({ clock: Date } as never), 'clock: expected a clock, with now() and schedule()'],
    ['no object', () => bulkhead(null as never), 'bulkhead(): expected an object with named options; got null'],
    [
      'a policy in place of its options',
      () => guard({ bulkhead: bulkhead({ maxConcurrent: 1 }) as never }),
      'guard(): bulkhead: expected an object with named options; got an object of the class Bulkhead',
    ],
    ['a list', () => bulkhead([] as never), 'got an array'],
    ['adaptive without a number', () => guard({ adaptive: {} as never }), 'guard(): adaptive: lateAfter: expected'],
    ['a factory', () => wrap(retry(), timeout as never), 'at place 2; did you mean timeout()?'],
    ['nothing to wrap', () => wrap(), 'expected policies'],
    ['no steps', () => fallback(), 'expected steps'],
    ['a step without a name', () => fallback({ attempt: hanging } as never), 'step 1: name: expected a name'],
    ['a step that does nothing', () => fallback({ name: 'one' } as never), 'step 1: attempt: expected a function'],
    [
      'a slip in a step',
      () => fallback({ name: 'one', reserv: 1, attempt: hanging } as never),
      'did you mean "reserve"?',
    ],
  ];
  for (const [what, make, message] of wrong) {
    it(`refuse ${what} by name`, () => {
      expect(make).to.throw(TypeError, message);
    });
  }

  it('refuse a signal in place of what has one', async () => {
    const ask = fallback({ name: 'one', attempt: hanging });
    const message = await failure(ask(1, new AbortController().signal as never));
    expect(message)
      .to.be.instanceOf(TypeError)
      .and.have.property('message')
      .that.matches(/class AbortSignal$/);
  });

  it('refuse what is no signal, and keep nothing for it', async () => {
    const inner = guard({ bulkhead: { maxConcurrent: 1, maxQueue: 0 }, clock, random });
    const breaker = circuitBreaker({ consecutive: 1, clock, random });
    await failure(breaker.execute(failing(coded('down'))));
    await clock.advance(DEFAULTS.circuitBreaker.openFor);
    for (const policy of [inner, breaker, bulkhead(), retry(), timeout(2_000)]) {
      for (const signal of [null, {}, new AbortController()]) {
        const error = await failure(policy.execute(() => Promise.resolve(7), signal as never));
        expect(error).to.be.instanceOf(TypeError);
        expect(error).to.have.property('message', 'execute(): signal: expected an AbortSignal, or undefined');
      }
      expect(await policy.execute(() => Promise.resolve(7))).to.equal(7);
    }
  });

  it('hold nothing against a service for a caller whose time was up before', async () => {
    let calls = 0;
    const count = (): Promise<void> => Promise.resolve(void (calls += 1));
    const reason = new DOMException('', 'TimeoutError');
    const breaker = circuitBreaker({ consecutive: 1, clock, random });
    const guarded = guard({ circuitBreaker: { consecutive: 1 }, clock, random });
    for (const policy of [breaker, guarded]) {
      const error = await failure(policy.execute(count, AbortSignal.abort(reason)));
      expect(error).to.include({ code: 'aborted', cause: reason });
    }
    expect([calls, breaker.state, guarded.circuit, guarded.running]).to.deep.equal([0, 'closed', 'closed', 0]);
  });

  it('take options of another realm, and without a prototype', () => {
    const foreign: unknown = runInNewContext('({ maxConcurrent: 1 })');
    expect(bulkhead(foreign as object).limit).to.equal(1);
    expect(bulkhead(Object.assign(Object.create(null) as object, { maxConcurrent: 2 })).limit).to.equal(2);
  });

  it('take undefined for the default', async () => {
    const policy = bulkhead({ maxConcurrent: undefined, maxQueue: 0, clock });
    const calls = Array.from({ length: DEFAULTS.bulkhead.maxConcurrent }, () => policy.execute(hanging));
    expect(await failure(policy.execute(hanging))).to.have.property('code', 'bulkhead_full');
    expect(calls).to.have.lengthOf(policy.running);
  });

  describe('bulkhead()', () => {
    it('gives the place back when the call has failed', async () => {
      const policy = bulkhead({ maxConcurrent: 1, maxQueue: 0, clock });
      await failure(policy.execute(failing(coded('down'))));
      expect(policy.running).to.equal(0);
    });
  });

  describe('circuitBreaker()', () => {
    async function fail(policy: Policy, error: Error, times: number): Promise<void> {
      for (let count = 0; count < times; count += 1) await failure(policy.execute(failing(error)));
    }

    it('opens after failures in a row, and lets one probe through later', async () => {
      const policy = circuitBreaker({ clock, random });
      await fail(policy, coded('down'), 5);
      expect(await failure(policy.execute(hanging))).to.have.property('code', 'circuit_open');
      await clock.advance(DEFAULTS.circuitBreaker.openFor);
      expect(await policy.execute(() => Promise.resolve(7))).to.equal(7);
      expect(policy.state).to.equal('closed');
    });

    it('counts neither what isFailure says is none, nor a refusal of a guard inside', async () => {
      const policy = circuitBreaker({ isFailure: (error) => (error as Error).message !== 'status.404', clock, random });
      await fail(policy, coded('status.404'), 9);
      await fail(wrap(policy, bulkhead({ clock })), new BulkheadRefusedError('bulkhead_full'), 9);
      expect(policy.state).to.equal('closed');
      await fail(policy, coded('status.500'), 5);
      expect(policy.state).to.equal('open');
    });

    it('goes on when isFailure itself fails, and keeps no place', async () => {
      const policy = guard({
        isFailure: () => {
          throw new Error('mistake');
        },
        clock,
        random,
      });
      expect(await failure(policy.execute(failing(coded('down'))))).to.have.property('message', 'mistake');
      expect([policy.running, policy.circuit]).to.deep.equal([0, 'closed']);
    });

    for (const [what, reason, state] of [
      ['a deadline', coded('deadline'), 'open'],
      ['the time limit of the caller', new DOMException('', 'TimeoutError'), 'open'],
      ['a caller that has left', new DOMException('', 'AbortError'), 'closed'],
    ] as const) {
      it(`is ${state} after ${what}, again and again`, async () => {
        const policy = wrap(circuitBreaker({ clock, random }), timeout(9_000, { clock }));
        for (let count = 0; count < 5; count += 1) {
          const caller = new AbortController();
          const ended = failure(policy.execute(hanging, caller.signal));
          caller.abort(reason);
          await ended;
        }
        const next = policy.execute(() => Promise.resolve(7));
        if (state === 'closed') expect(await next).to.equal(7);
        else expect(await failure(next)).to.have.property('code', 'circuit_open');
      });
    }
  });

  describe('a call that is given up from outside', () => {
    const heeding: Task<never> = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(coded('stopped'));
        });
      });

    for (const [what, task] of [
      ['hears its signal', heeding],
      ['does not hear its signal, and never settles', hanging],
    ] as const) {
      for (const [name, create] of [
        ['circuitBreaker()', () => circuitBreaker({ clock, random })],
        ['guard()', () => guard({ clock, random })],
      ] as const) {
        it(`opens ${name} inside of timeout() where it ${what}`, async () => {
          const policy = wrap(timeout(1_000, { clock }), create());
          for (let count = 0; count < 5; count += 1) {
            const ended = failure(policy.execute(task));
            await clock.advance(1_000);
            expect(await ended).to.have.property('code', 'timeout.total');
          }
          expect(await failure(policy.execute(task))).to.have.property('code', 'circuit_open');
          await clock.advance(DEFAULTS.circuitBreaker.openFor);
          expect(await policy.execute(() => Promise.resolve(7))).to.equal(7);
        });

        it(`hands the probe of ${name} back where its caller leaves and it ${what}`, async () => {
          const policy = create();
          for (let count = 0; count < 5; count += 1) await failure(policy.execute(failing(coded('down'))));
          await clock.advance(DEFAULTS.circuitBreaker.openFor);
          const caller = new AbortController();
          const probe = policy.execute(task, caller.signal);
          probe.catch(() => undefined);
          await settle();
          caller.abort();
          expect(await policy.execute(() => Promise.resolve(7))).to.equal(7);
        });
      }

      it(`says nothing of the service where its caller had left before and it ${what}`, async () => {
        const policy = circuitBreaker({ clock, random });
        for (let count = 0; count < 9; count += 1) {
          policy
            .execute(
              ({ signal }) => (signal.aborted ? Promise.reject(coded('stopped')) : task({ signal })),
              AbortSignal.abort(),
            )
            .catch(() => undefined);
        }
        await settle();
        expect(policy.state).to.equal('closed');
      });

      it(`keeps its place for no longer than ten seconds where it ${what}`, async () => {
        for (const policy of [
          bulkhead({ maxConcurrent: 1, clock }),
          guard({ bulkhead: { maxConcurrent: 1 }, clock }),
        ]) {
          const caller = new AbortController();
          policy.execute(task, caller.signal).catch(() => undefined);
          await settle();
          expect(policy.running).to.equal(1);
          caller.abort();
          await settle();
          expect(policy.running).to.equal(task === heeding ? 0 : 1);
          await clock.advance(10_000);
          expect(policy.running).to.equal(0);
          expect(clock.pendingTimers).to.equal(0);
        }
      });
    }
  });

  describe('timeout()', () => {
    it('gives up a call that hangs, with a code, and leaves no timer', async () => {
      const signals: AbortSignal[] = [];
      const ended = failure(
        timeout(100, { clock }).execute(({ signal }) => {
          signals.push(signal);
          return hanging();
        }),
      );
      await clock.advance(100);
      expect(await ended).to.include({ name: 'CallTimeoutError', code: 'timeout.total', fallbackHelps: true });
      expect([signals[0]?.aborted, clock.pendingTimers]).to.deep.equal([true, 0]);
    });

    it('says so when the caller left', async () => {
      const caller = new AbortController();
      const ended = failure(timeout(100, { clock }).execute(hanging, caller.signal));
      caller.abort('bye');
      expect(await ended).to.include({ code: 'aborted', fallbackHelps: false, cause: 'bye' });
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  describe('retry()', () => {
    /** Makes calls that fail as told, and counts them. */
    async function tries(policy: Policy, ...errors: unknown[]): Promise<number> {
      let count = 0;
      const task = async (): Promise<string> => {
        const error = errors[count];
        count += 1;
        if (count > errors.length) return 'well';
        throw error;
      };
      const ended = policy.execute(task).catch(() => 'ill');
      await clock.advance(60_000);
      await ended;
      return count;
    }
    const once = (error: unknown): Promise<number> => tries(retry({ clock, random }), error);

    for (const code of ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']) {
      it(`tries once more after ${code}, of the error or of its cause`, async () => {
        expect(await once(coded(code))).to.equal(2);
        expect(await once(new TypeError('fetch failed', { cause: coded(code) }))).to.equal(2);
      });
    }

    it('tries once more where the error says that it helps, and not where it says that it does not', async () => {
      expect(await once(coded('busy', { retryHelps: true }))).to.equal(2);
      expect(await once(coded('ECONNRESET', { retryHelps: false }))).to.equal(1);
    });

    for (const code of ['ECONNREFUSED', 'ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'status.500', 'circuit_open']) {
      it(`does not try again after ${code}`, async () => {
        expect(await once(coded(code))).to.equal(1);
      });
    }

    it('bears whatever is thrown, circles of causes too', async () => {
      const circle: { cause?: unknown } = {};
      circle.cause = circle;
      for (const thrown of [circle, undefined, null, 'down', 7]) expect(await once(thrown)).to.equal(1);
    });

    it('asks isRetryable and retryAfter', async () => {
      const waits: number[] = [];
      const policy = retry({ isRetryable: () => true, retryAfter: () => 400, clock, random });
      await policy.execute(() => {
        waits.push(clock.now());
        if (waits.length === 1) setImmediate(() => void clock.advance(400));
        return waits.length === 1 ? Promise.reject(new Error('busy')) : Promise.resolve();
      });
      expect(waits).to.deep.equal([0, 400]);
    });

    it('is not tried again where the service asks for longer rest than maxDelay', async () => {
      const policy = (maxDelay?: number): Policy => retry({ maxDelay, clock, random });
      const busy = coded('busy', { retryHelps: true, retryAfter: 1_001 });
      expect(await tries(policy(), busy)).to.equal(1);
      expect(await tries(policy(2_000), busy)).to.equal(2);
    });

    it('waits longer before each further try', async () => {
      const at: number[] = [];
      const policy = retry({ limit: 4, budget: Infinity, clock, random });
      const ended = failure(
        policy.execute(() => {
          at.push(clock.now());
          return Promise.reject(coded('EPIPE'));
        }),
      );
      await clock.advance(10_000);
      expect(await ended).to.have.property('code', 'EPIPE');
      expect(at).to.deep.equal([0, 0, 100, 300, 700]);
    });

    it('has a budget of a tenth of the calls', async () => {
      const policy = retry({ clock, random });
      const counts: number[] = [];
      for (let count = 0; count < 20; count += 1) counts.push(await tries(policy, coded('EPIPE'), coded('EPIPE')));
      expect(counts.filter((count) => count === 2).length).to.be.within(2, 3);
    });

    it('asks nothing of the error, and takes nothing out of the budget, once the caller has left', async () => {
      let asked = 0;
      const policy = retry({ isRetryable: () => (asked += 1) > 0, clock, random });
      const caller = new AbortController();
      const ended = failure(
        policy.execute(() => {
          caller.abort();
          return Promise.reject(coded('ECONNRESET'));
        }, caller.signal),
      );
      expect(await ended).to.have.property('code', 'ECONNRESET');
      expect(asked).to.equal(0);
    });

    it('ends the pause when the caller leaves', async () => {
      const caller = new AbortController();
      const ended = failure(
        retry({ backoff: () => 500, clock, random }).execute(failing(coded('EPIPE')), caller.signal),
      );
      await settle();
      caller.abort();
      expect(await ended).to.have.property('code', 'EPIPE');
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  describe('fallback()', () => {
    const slow = { name: 'slow', attempt: (): Promise<string> => hanging() };
    const quick = { name: 'quick', attempt: async (): Promise<string> => 'quick' };

    it('leaves each step behind a second of the deadline', async () => {
      const answer = fallback(slow, quick)('x', { deadline: 3_000, clock });
      await clock.advance(2_000);
      expect(await answer).to.deep.equal({
        value: 'quick',
        step: 'quick',
        attempts: [
          { step: 'slow', code: 'deadline', ms: 2_000 },
          { step: 'quick', code: null, ms: 0 },
        ],
      });
    });

    it('takes a deadline that has begun earlier', async () => {
      const deadline = new Deadline(3_000, clock);
      await clock.advance(1_500);
      const ended = failure(fallback(slow)('x', { deadline, clock }));
      await clock.advance(1_500);
      expect(await ended).to.have.property('code', 'chain_exhausted');
    });

    it('asks steps that are objects of a class', async () => {
      class Step {
        readonly name = 'step';
        readonly origin = 'somewhere';
        async attempt(input: string): Promise<string> {
          return this.origin + input;
        }
      }
      expect((await fallback(new Step())('!', { clock })).value).to.equal('somewhere!');
    });

    it('refuses a slip in what it is asked with', async () => {
      const ask = fallback(quick);
      expect(await failure(ask('x', { dedline: 1 } as never))).to.match(/TypeError: .*did you mean "deadline"\?/);
      expect(await failure(ask('x', { signal: {} as never }))).to.match(/TypeError: .*signal: expected an AbortSignal/);
      expect(await failure(ask('x', { deadline: '2s' as never }))).to.match(/TypeError: .*deadline: expected/);
    });
  });
});
