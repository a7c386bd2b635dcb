import { expect } from 'chai';
import fc from 'fast-check';
import { CircuitBreaker, CircuitOpenError, type CircuitPermit, type FailureCause } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { CircuitModel, type ModelCall } from '../support/models/circuit-model.js';

const LEGAL = new Set(['closed → open', 'open → half-open', 'half-open → closed', 'half-open → open']);

/** Small numbers, so that short schedules get everywhere; shares that a double holds exactly. */
const settings = fc.record({
  consecutive: fc.constantFrom(1, 1, 2, 3, 5),
  window: fc.integer({ min: 1, max: 6 }),
  minimum: fc.integer({ min: 1, max: 8 }),
  rate: fc.constantFrom(0.25, 0.5, 0.75, 1),
  openFor: fc.constant(1_000),
  maxOpenFor: fc.constantFrom(1_000, 3_000, 16_000, 16_000),
  patience: fc.constantFrom(0, 100).map((milliseconds) => () => milliseconds),
});

/** What is asked for. With one thing alone every call is like every other. */
const traits = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['text 1', 'voice a']) },
  { weight: 2, arbitrary: fc.constantFrom(['text 2', 'voice a'], ['text 3', 'voice b']) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const cause = fc.constantFrom('service' as const, 'request' as const, 'request' as const);

const how = fc.constantFrom('proven', 'proven', 'succeed', 'succeed', 'fail', 'fail', 'fail', 'release');
// Mostly the newest calls, which are the ones that count after a change.
const which = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(7) });
// Moments at which periods end, and their neighbours.
const time = fc.constantFrom(0, 1, 100, 999, 1_000, 1_100, 1_200, 2_000, 4_000, 20_000, 20_000, 20_000);
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire'), traits }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('report'), how, which, cause }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance'), time }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('halfOpen', 'open'), time, isHopeful: fc.boolean() }) },
);

/** The breaker and its model side by side. Both draw the same random number. */
class Pair {
  readonly clock = new FakeClock();
  readonly changes: string[] = [];
  readonly breaker: CircuitBreaker;
  readonly model: CircuitModel;
  /** Every call there was, those that have long ended too: they may speak again. */
  readonly calls: { readonly permit: CircuitPermit; readonly call: ModelCall }[] = [];

  constructor(options: ConstructorParameters<typeof CircuitModel>[0], random: number) {
    const onChange = (from: string, to: string): number => this.changes.push(`${from} → ${to}`);
    this.breaker = new CircuitBreaker({ ...options, clock: this.clock, random: () => random, onChange });
    this.model = new CircuitModel(options);
  }

  acquire(traits: readonly string[] | undefined): void {
    const refusal = this.model.refusal(this.clock.now(), traits) ?? (this.model.probe === 'none' ? undefined : 0);
    try {
      const permit = this.breaker.acquire(traits && { traits });
      expect(refusal, 'was let in').to.equal(undefined);
      this.calls.push({ permit, call: this.model.begin(this.clock.now(), traits) });
    } catch (error) {
      if (!(error instanceof CircuitOpenError)) throw error;
      expect(error.retryAfter).to.equal(refusal);
    }
  }

  report(
    how: 'proven' | 'succeed' | 'fail' | 'release',
    which: number,
    end: { readonly random: number; readonly cause: FailureCause },
  ): void {
    const one = this.calls.at(-1 - which);
    if (one === undefined) return;
    const counts = how === 'fail' ? one.permit.fail(end.cause) : (one.permit[how](), false);
    if (how === 'proven') this.model.proven(one.call);
    else expect(this.model.end(one.call, how, { ...end, now: this.clock.now() }), 'counts').to.equal(counts);
  }

  compare(): void {
    this.model.look(this.clock.now());
    expect([this.breaker.state, this.breaker.probe]).to.deep.equal([this.model.state, this.model.probe]);
    expect(this.changes).to.deep.equal(this.model.changes.filter((change) => change !== 'open → open'));
  }
}

/** Milliseconds for thousands of schedules on a busy machine. */
const MOST_TIME = 60_000;

describe('CircuitBreaker beside its model', () => {
  it('does the same over random schedules, moves legally, and is closed again by a whole answer in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.constantFrom(0, 0.5, 1),
        fc.array(action, { minLength: 20, maxLength: 100 }),
        async (options, random, actions) => {
          const pair = new Pair(options, random);
          for (const one of actions) {
            if (one.kind === 'acquire') pair.acquire(one.traits);
            else if (one.kind === 'advance') await pair.clock.advance(one.time);
            else if (one.kind === 'report') pair.report(one.how, one.which, { random, cause: one.cause });
            else if (one.kind === 'halfOpen') {
              pair.breaker.halfOpen();
              pair.model.halfOpen();
            } else {
              pair.breaker.open(one.time, one.isHopeful);
              pair.model.open(one.time, pair.clock.now(), one.isHopeful);
            }
            pair.compare();
          }
          for (const change of pair.changes) expect(LEGAL.has(change), change).to.equal(true);
          // No probe's place is lost: when all have ended and time has passed, the service is tried again, by one.
          for (const { permit } of pair.calls) permit.release();
          await pair.clock.advance(100_000);
          pair.breaker.acquire().succeed();
          expect(pair.breaker.state).to.equal('closed');
        },
      ),
      { numRuns: 2_000 },
    );
  }).timeout(MOST_TIME);
});
