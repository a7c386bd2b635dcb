import { expect } from 'chai';
import fc from 'fast-check';
import { CircuitBreaker, CircuitOpenError, type CircuitPermit } from '../../lib/resilience/circuit-breaker.js';
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
});

const how = fc.constantFrom('proven', 'proven', 'succeed', 'succeed', 'fail', 'fail', 'fail', 'release');
// Mostly the newest calls, which are the ones that count after a change.
const which = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(7) });
// Moments at which periods end, and their neighbours.
const time = fc.constantFrom(0, 1, 100, 999, 1_000, 1_100, 1_200, 2_000, 4_000, 20_000, 20_000, 20_000);
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('report'), how, which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance'), time }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('tryEarly', 'openFor'), time }) },
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

  acquire(): void {
    const refusal = this.model.refusal(this.clock.now());
    try {
      const permit = this.breaker.acquire();
      expect(refusal, 'was let in').to.equal(undefined);
      this.calls.push({ permit, call: this.model.begin() });
    } catch (error) {
      if (!(error instanceof CircuitOpenError)) throw error;
      expect(error.retryAfter).to.equal(refusal);
    }
  }

  report(how: 'proven' | 'succeed' | 'fail' | 'release', which: number, random: number): void {
    const one = this.calls.at(-1 - which);
    if (one === undefined) return;
    one.permit[how]();
    if (how === 'proven') this.model.proven(one.call);
    else this.model.end(one.call, how, this.clock.now(), random);
  }

  compare(): void {
    this.model.look(this.clock.now());
    expect(this.breaker.state).to.equal(this.model.state);
    expect(this.changes.length).to.equal(this.model.changes.length);
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
            if (one.kind === 'acquire') pair.acquire();
            else if (one.kind === 'advance') await pair.clock.advance(one.time);
            else if (one.kind === 'report') pair.report(one.how, one.which, random);
            else if (one.kind === 'tryEarly') {
              pair.breaker.tryEarly();
              pair.model.tryEarly();
            } else {
              pair.breaker.openFor(one.time);
              pair.model.openFor(one.time, pair.clock.now());
            }
            pair.compare();
          }
          expect(pair.changes).to.deep.equal(pair.model.changes);
          for (const change of pair.changes) expect(LEGAL.has(change), change).to.equal(true);
          // No probe's place is lost: when all have ended and time has passed, the service is tried again, by one.
          for (const { permit } of pair.calls) permit.release();
          await pair.clock.advance(100_000);
          pair.breaker.acquire().succeed();
          expect(pair.breaker.state).to.equal('closed');
        },
      ),
      { numRuns: 3_000 },
    );
  }).timeout(MOST_TIME);
});
