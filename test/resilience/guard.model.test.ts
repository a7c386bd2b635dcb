import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { failureOf, Guard, type GuardPermit } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { GuardModel, type ModelEnd } from '../support/models/guard-model.js';

const CIRCUIT = { consecutive: 2, window: 4, minimum: 4, rate: 0.5, openFor: 1_000, maxOpenFor: 4_000 };

const room = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueue: fc.nat(4),
  maxWait: fc.constantFrom(300, 2_000),
});

const which = fc.nat(7);
const how = fc.constantFrom('proven', 'succeed', 'fail', 'fail', 'release');
const cause = fc.constantFrom('service' as const, 'load' as const);
const coolDown = fc.constantFrom(undefined, 0, 100, 1_500);
const time = fc.constantFrom(0, 1, 100, 300, 999, 1_000, 2_000, 4_000);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('report'), how, which, coolDown, cause }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance'), time }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('halfOpen', 'open'), time }) },
);

interface Caller {
  readonly name: number;
  readonly leaves: AbortController;
  permit: GuardPermit | undefined;
  refusal: string | undefined;
}

/** The guard and its model side by side. */
class Pair {
  readonly clock = new FakeClock();
  readonly guard: Guard;
  readonly model: GuardModel;
  readonly callers: Caller[] = [];

  constructor(options: ConstructorParameters<typeof GuardModel>[1]) {
    const { clock } = this;
    this.guard = new Guard({
      circuitBreaker: { ...CIRCUIT, clock, random: () => 0 },
      bulkhead: { ...options, clock },
    });
    this.model = new GuardModel(CIRCUIT, options);
  }

  acquire(): void {
    const caller: Caller = {
      name: this.callers.length,
      leaves: new AbortController(),
      permit: undefined,
      refusal: undefined,
    };
    this.callers.push(caller);
    this.model.arrive(caller.name, this.clock.now());
    this.guard.acquire(caller.leaves.signal).then(
      (permit) => {
        caller.permit = permit;
      },
      (error: unknown) => {
        caller.refusal = failureOf(error).code;
      },
    );
  }

  report(verb: 'proven' | 'succeed' | 'fail' | 'release', index: number, end: Omit<ModelEnd, 'verb'>): void {
    const caller = this.callers.at(-1 - index);
    if (caller?.permit === undefined) return;
    if (verb === 'proven') {
      caller.permit.proven();
      this.model.proven(caller.name, this.clock.now());
      return;
    }
    if (verb === 'fail') caller.permit.fail(end.rest, end.cause);
    else if (verb === 'release') caller.permit.release(end.rest);
    else caller.permit.succeed();
    this.model.end(caller.name, { verb, ...end }, this.clock.now());
  }

  abort(index: number): void {
    const caller = this.callers.at(-1 - index);
    caller?.leaves.abort();
    if (caller !== undefined) this.model.abort(caller.name);
  }

  /** In steps: what comes due lets somebody in, whom the circuit judges at that moment. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    while (this.model.nextDue() <= end) {
      await this.clock.advance(this.model.nextDue() - this.clock.now());
      this.model.elapse(this.clock.now());
    }
    await this.clock.advance(end - this.clock.now());
    this.model.settle(this.clock.now());
  }

  compare(): void {
    const { guard, model, clock } = this;
    expect([guard.circuit, guard.running, guard.queued, clock.pendingTimers]).to.deep.equal([
      model.circuit.state,
      model.bulkhead.running,
      model.queued,
      model.timers,
    ]);
    for (const { name, permit, refusal, leaves } of this.callers) {
      const expected = model.fateOf(name);
      const waits = expected.startsWith('waits');
      expect(refusal ?? (permit === undefined ? 'waits' : 'was let in'), String(name)).to.equal(
        waits ? 'waits' : expected,
      );
      expect(getEventListeners(leaves.signal, 'abort').length).to.equal(waits ? 1 : 0);
    }
  }
}

/** Milliseconds for thousands of schedules on a busy machine. */
const MOST_TIME = 60_000;

describe('Guard beside its model', () => {
  it('does the same over random schedules: places, circuit and the fate of each caller', async () => {
    await fc.assert(
      fc.asyncProperty(room, fc.array(action, { minLength: 10, maxLength: 40 }), async (options, actions) => {
        const pair = new Pair(options);
        for (const one of actions) {
          if (one.kind === 'acquire') pair.acquire();
          else if (one.kind === 'report') pair.report(one.how, one.which, { rest: one.coolDown, cause: one.cause });
          else if (one.kind === 'abort') pair.abort(one.which);
          else if (one.kind === 'advance') await pair.advance(one.time);
          else if (one.kind === 'halfOpen') {
            pair.guard.halfOpen();
            pair.model.halfOpen(pair.clock.now());
          } else {
            pair.guard.open(one.time);
            pair.model.open(one.time, pair.clock.now());
          }
          await settle();
          pair.compare();
        }
      }),
      { numRuns: 1_000 },
    );
  }).timeout(MOST_TIME);

  it('loses no place and no probe however fast things come, without a moment in between', async () => {
    await fc.assert(
      fc.asyncProperty(room, fc.array(action, { minLength: 10, maxLength: 40 }), async (options, actions) => {
        const { guard, callers, clock, ...pair } = burst(options);
        for (const one of actions) {
          if (one.kind === 'acquire') pair.acquire();
          else if (one.kind === 'report') callers.at(-1 - one.which)?.permit?.[one.how](one.coolDown);
          else if (one.kind === 'abort') callers.at(-1 - one.which)?.leaves.abort();
          else if (one.kind === 'advance') await clock.advance(one.time);
          else guard[one.kind](one.time);
          expect(guard.running).to.be.at.most(options.maxConcurrent);
          expect(guard.queued).to.be.at.most(options.maxQueue);
        }
        for (const { leaves } of callers) leaves.abort();
        await settle();
        for (const { permit } of callers) permit?.release();
        expect([guard.running, guard.queued, clock.pendingTimers]).to.deep.equal([0, 0, 0]);
        await clock.advance(20_000);
        (await guard.acquire(new AbortController().signal)).succeed();
        expect(guard.circuit).to.equal('closed');
      }),
      { numRuns: 1_000 },
    );
  }).timeout(MOST_TIME);
});

function burst(options: ConstructorParameters<typeof GuardModel>[1]) {
  const clock = new FakeClock();
  const guard = new Guard({ circuitBreaker: { ...CIRCUIT, clock, random: () => 0 }, bulkhead: { ...options, clock } });
  const callers: { readonly leaves: AbortController; permit: GuardPermit | undefined }[] = [];
  const acquire = (): void => {
    const caller: (typeof callers)[number] = { leaves: new AbortController(), permit: undefined };
    callers.push(caller);
    guard.acquire(caller.leaves.signal).then(
      (permit) => (caller.permit = permit),
      () => undefined,
    );
  };
  return { clock, guard, callers, acquire };
}
