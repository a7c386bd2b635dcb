import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { Bulkhead, BulkheadRefusedError, type BulkheadPermit } from '../../lib/resilience/bulkhead.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { BulkheadModel } from '../support/models/bulkhead-model.js';

const settings = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueue: fc.nat(4),
  maxWait: fc.constantFrom(100, 300),
});

const which = fc.nat(9);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('acquire', 'acquire', 'tryAcquire'), which }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('release'),
      which,
      coolDown: fc.constantFrom(undefined, 0, -1, 100, 200),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort'), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance'), time: fc.constantFrom(0, 1, 30, 99, 100, 200, 300, 60_001) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change'), limit: fc.integer({ min: 1, max: 4 }) }) },
);

interface Caller {
  readonly name: number;
  readonly leaves: AbortController;
  permit: BulkheadPermit | undefined;
  refusal: string | undefined;
}

/** The bulkhead and its model side by side. */
class Pair {
  readonly clock = new FakeClock();
  readonly bulkhead: Bulkhead;
  readonly model: BulkheadModel;
  readonly callers: Caller[] = [];
  readonly admitted: number[] = [];
  #limit = Infinity;

  constructor(options: ConstructorParameters<typeof BulkheadModel>[0]) {
    this.bulkhead = new Bulkhead({ ...options, clock: this.clock, limit: () => this.#limit });
    this.model = new BulkheadModel(options);
  }

  change(limit: number, most: number): void {
    this.#limit = limit;
    this.bulkhead.admitWaiting();
    this.model.change(Math.min(limit, most), this.clock.now());
  }

  acquire(): void {
    const caller = this.#arrive();
    const { name, leaves } = caller;
    this.model.arrive(name, this.clock.now());
    this.bulkhead.acquire(leaves.signal).then(
      (permit) => {
        caller.permit = permit;
        this.admitted.push(name);
      },
      (error: unknown) => {
        caller.refusal = error instanceof BulkheadRefusedError ? error.code : String(error);
      },
    );
  }

  tryAcquire(): void {
    const permit = this.bulkhead.tryAcquire();
    if (permit === undefined) {
      expect(this.model.running).to.be.at.least(this.model.limit);
      return;
    }
    const caller = this.#arrive();
    caller.permit = permit;
    this.admitted.push(caller.name);
    this.model.arrive(caller.name, this.clock.now());
  }

  release(index: number, coolDown: number | undefined): void {
    const caller = this.callers.at(-1 - index);
    if (caller?.permit === undefined) return;
    caller.permit.release(coolDown);
    this.model.release(caller.name, coolDown ?? 0, this.clock.now());
  }

  abort(index: number): void {
    const caller = this.callers.at(-1 - index);
    if (caller === undefined) return;
    caller.leaves.abort();
    this.model.abort(caller.name);
  }

  async advance(time: number): Promise<void> {
    await this.clock.advance(time);
    this.model.elapse(this.clock.now());
  }

  compare(): void {
    const { bulkhead, model, clock } = this;
    expect([bulkhead.running, bulkhead.queued, clock.pendingTimers]).to.deep.equal([
      model.running,
      model.queued,
      model.timers,
    ]);
    expect(this.admitted).to.deep.equal(model.admitted);
    for (const { name, permit, refusal, leaves } of this.callers) {
      const fate = model.fateOf(name);
      const waits = permit === undefined && refusal === undefined;
      expect(waits ? 'waits' : (refusal ?? 'was let in'), String(name)).to.equal(
        ['holds', 'cools down', 'has left'].includes(fate) ? 'was let in' : fate,
      );
      expect(getEventListeners(leaves.signal, 'abort').length).to.equal(fate === 'waits' ? 1 : 0);
    }
  }

  #arrive(): Caller {
    const caller = { name: this.callers.length, leaves: new AbortController(), permit: undefined, refusal: undefined };
    this.callers.push(caller);
    return caller;
  }
}

/** Milliseconds for thousands of schedules on a busy machine. */
const MOST_TIME = 60_000;

describe('Bulkhead beside its model', () => {
  it('does the same over random schedules: to each caller, in its order, with its timers and listeners', async () => {
    await fc.assert(
      fc.asyncProperty(settings, fc.array(action, { minLength: 10, maxLength: 40 }), async (options, actions) => {
        const pair = new Pair(options);
        for (const one of actions) {
          if (one.kind === 'advance') await pair.advance(one.time);
          else if (one.kind === 'acquire') pair.acquire();
          else if (one.kind === 'tryAcquire') pair.tryAcquire();
          else if (one.kind === 'release') pair.release(one.which, one.coolDown);
          else if (one.kind === 'change') pair.change(one.limit, options.maxConcurrent);
          else pair.abort(one.which);
          await settle();
          pair.compare();
          expect(pair.bulkhead.running).to.be.at.most(options.maxConcurrent);
          expect(pair.bulkhead.queued).to.be.at.most(options.maxQueue);
        }
        // No place is lost: when all have gone, cool-downs called off, there is nobody.
        for (const { leaves } of pair.callers) leaves.abort();
        for (const { permit } of pair.callers) permit?.release();
        expect([pair.bulkhead.running, pair.bulkhead.queued, pair.clock.pendingTimers]).to.deep.equal([0, 0, 0]);
      }),
      { numRuns: 1_000 },
    );
  }).timeout(MOST_TIME);
});
