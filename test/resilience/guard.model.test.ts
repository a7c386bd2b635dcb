import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { failureOf, Guard, type GuardPermit } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { BulkheadModel } from '../support/models/bulkhead-model.js';
import { CircuitModel, type ModelCall } from '../support/models/circuit-model.js';

const CIRCUIT = { consecutive: 2, window: 4, minimum: 4, rate: 0.5, openFor: 1_000, maxOpenFor: 4_000 };

const room = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueue: fc.nat(4),
  maxWait: fc.constantFrom(300, 2_000),
});

const which = fc.nat(7);
const how = fc.constantFrom('proven', 'succeed', 'fail', 'fail', 'release');
const coolDown = fc.constantFrom(undefined, 0, 100, 1_500);
const time = fc.constantFrom(0, 1, 100, 300, 999, 1_000, 2_000, 4_000);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('report'), how, which, coolDown }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance'), time }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('tryEarly', 'openFor'), time }) },
);

interface Caller {
  readonly name: number;
  readonly leaves: AbortController;
  permit: GuardPermit | undefined;
  refusal: string | undefined;
  call: ModelCall | undefined;
  expected: string | undefined;
}

/** The guard, and beside it one model of each of its parts with the rule that joins them: nobody waits or calls for nothing. */
class Pair {
  readonly clock = new FakeClock();
  readonly guard: Guard;
  readonly circuit = new CircuitModel(CIRCUIT);
  readonly bulkhead: BulkheadModel;
  readonly callers: Caller[] = [];
  /** Of those that the model of the bulkhead has let in, how many have been to the circuit. */
  #seen = 0;

  constructor(options: ConstructorParameters<typeof BulkheadModel>[0]) {
    const { clock } = this;
    this.guard = new Guard({
      circuitBreaker: { ...CIRCUIT, clock, random: () => 0 },
      bulkhead: { ...options, clock },
    });
    this.bulkhead = new BulkheadModel(options);
  }

  acquire(): void {
    const caller: Caller = {
      name: this.callers.length,
      leaves: new AbortController(),
      permit: undefined,
      refusal: undefined,
      call: undefined,
      expected: undefined,
    };
    this.callers.push(caller);
    if (this.circuit.refusal(this.clock.now()) === undefined) this.bulkhead.arrive(caller.name, this.clock.now());
    else caller.expected = 'circuit_open';
    this.guard.acquire(caller.leaves.signal).then(
      (permit) => {
        caller.permit = permit;
      },
      (error: unknown) => {
        caller.refusal = failureOf(error).code;
      },
    );
  }

  report(verb: 'proven' | 'succeed' | 'fail' | 'release', index: number, rest: number | undefined): void {
    const caller = this.callers.at(-1 - index);
    if (caller?.permit === undefined || caller.call === undefined) return;
    if (verb === 'proven') {
      caller.permit.proven();
      this.circuit.proven(caller.call);
      return;
    }
    caller.permit[verb](rest);
    this.circuit.end(caller.call, verb, this.clock.now(), 0);
    this.bulkhead.release(caller.name, verb === 'succeed' ? 0 : (rest ?? 0), this.clock.now());
  }

  abort(index: number): void {
    const caller = this.callers.at(-1 - index);
    caller?.leaves.abort();
    if (caller !== undefined && caller.expected === undefined) this.bulkhead.abort(caller.name);
  }

  /** In steps: what comes due lets somebody in, whom the circuit judges at that moment. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    while (this.bulkhead.nextDue() <= end) {
      await this.clock.advance(this.bulkhead.nextDue() - this.clock.now());
      this.bulkhead.elapse(this.clock.now());
      this.follow();
    }
    await this.clock.advance(end - this.clock.now());
  }

  /** Sends everybody whom the bulkhead's model has let in to the circuit's; who is refused there leaves a place to the next. */
  follow(): void {
    const now = this.clock.now();
    this.circuit.look(now);
    while (this.#seen < this.bulkhead.admitted.length) {
      const caller = this.callers[this.bulkhead.admitted[this.#seen] ?? -1];
      this.#seen += 1;
      if (caller === undefined) throw new Error('a stranger was let in');
      if (this.circuit.refusal(now) === undefined) caller.call = this.circuit.begin();
      else {
        caller.expected = 'circuit_open';
        this.bulkhead.release(caller.name, 0, now);
      }
    }
  }

  compare(): void {
    const { guard, bulkhead, circuit, clock } = this;
    expect([guard.circuit, guard.running, guard.queued, clock.pendingTimers]).to.deep.equal([
      circuit.state,
      bulkhead.running,
      bulkhead.queued,
      bulkhead.timers,
    ]);
    for (const caller of this.callers) {
      const { name, permit, refusal, leaves } = caller;
      const expected = caller.expected ?? (caller.call === undefined ? bulkhead.fateOf(name) : 'was let in');
      const seen = refusal ?? (permit === undefined ? 'waits' : 'was let in');
      expect(seen, String(name)).to.equal(expected);
      expect(getEventListeners(leaves.signal, 'abort').length).to.equal(expected === 'waits' ? 1 : 0);
    }
  }
}

/** Milliseconds for thousands of schedules on a busy machine. */
const MOST_TIME = 60_000;

describe('Guard beside its models', () => {
  it('does the same over random schedules: places, circuit and the fate of each caller', async () => {
    await fc.assert(
      fc.asyncProperty(room, fc.array(action, { minLength: 10, maxLength: 40 }), async (options, actions) => {
        const pair = new Pair(options);
        for (const one of actions) {
          if (one.kind === 'acquire') pair.acquire();
          else if (one.kind === 'report') pair.report(one.how, one.which, one.coolDown);
          else if (one.kind === 'abort') pair.abort(one.which);
          else if (one.kind === 'advance') await pair.advance(one.time);
          else if (one.kind === 'tryEarly') {
            pair.guard.tryEarly();
            pair.circuit.tryEarly();
          } else {
            pair.guard.openFor(one.time);
            pair.circuit.openFor(one.time, pair.clock.now());
          }
          await settle();
          pair.follow();
          pair.compare();
        }
      }),
      { numRuns: 2_000 },
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
      { numRuns: 2_000 },
    );
  }).timeout(MOST_TIME);
});

function burst(options: ConstructorParameters<typeof BulkheadModel>[0]) {
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
