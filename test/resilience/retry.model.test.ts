import { expect } from 'chai';
import fc from 'fast-check';
import { failureOf, Retry, RetryBudget } from '../../lib/resilience/index.js';
import { RetryLedger } from '../support/models/retry-ledger.js';

/** Shares that a double holds exactly, so that the sums do not depend on their order. */
const share = fc.constantFrom(0, 0.0625, 0.125, 0.5, 1);
const work = fc.oneof(fc.nat(40), fc.nat(4_000));

describe('RetryBudget beside its ledger', () => {
  it('allows what the whole history allows, and no more', () => {
    const move = fc.record({ kind: fc.constantFrom('first', 'retried'), work });
    fc.assert(
      fc.property(
        fc.record({ share, floor: fc.nat(500), ceiling: fc.integer({ min: 500, max: 2_000 }) }),
        fc.array(move, { minLength: 10, maxLength: 60 }),
        (settings, moves) => {
          const { floor, ceiling } = settings;
          const budget = new RetryBudget({ ratio: settings.share, floor, ceiling });
          const ledger = new RetryLedger(settings);
          for (const one of moves) {
            if (one.kind === 'first') budget.deposit(one.work);
            else {
              const isAllowed = ledger.allows(one.work);
              expect(budget.withdraw(one.work)).to.equal(isAllowed);
              if (!isAllowed) continue;
            }
            ledger.add(one.kind, one.work);
          }
          expect(ledger.sum('retried')).to.be.at.most(floor + settings.share * ledger.sum('first'));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('Retry beside its ledger', () => {
  const failure = fc.record({
    retryHelps: fc.boolean(),
    retryAfter: fc.constantFrom(undefined, 0, 500, 2_000),
  });
  const question = fc.record({
    kind: fc.constant('fails'),
    failure,
    tries: fc.constantFrom(1, 1, 1, 2),
    work,
    remaining: fc.constantFrom(0, 99, 100, 149, 150, 650, 2_150, 10_000),
  });
  const move = fc.oneof(question, fc.record({ kind: fc.constant('begins'), work }));

  it('waits and refuses as the rules say, and its retries stay below the floor and their share', () => {
    fc.assert(
      fc.property(
        share,
        fc.constantFrom(0, 1, 2),
        fc.constantFrom(0, 0.5, 1),
        fc.array(move, { minLength: 10, maxLength: 60 }),
        (budget, limit, random, moves) => {
          const floor = 200;
          const retry = new Retry({ limit, budget, floor, random: () => random });
          // No budget at all means no retries, the floor's neither.
          const saved = budget === 0 ? 0 : floor;
          const ledger = new RetryLedger({ share: budget, floor: saved, ceiling: 10 * saved });
          for (const one of moves) {
            if (one.kind === 'begins') {
              retry.began(one.work);
              ledger.add('first', one.work);
              continue;
            }
            const wait = (one.failure.retryAfter ?? 0) + 100 * random;
            const isWise = one.failure.retryHelps && one.tries <= limit && wait + 100 <= one.remaining;
            const isRetried = isWise && ledger.allows(one.work);
            const asked = { ...one, failure: failureOf({ code: 'reset', ...one.failure }) };
            expect(retry.delay(asked)).to.equal(isRetried ? wait : undefined);
            if (isRetried) ledger.add('retried', one.work);
          }
          expect(ledger.sum('retried')).to.be.at.most(saved + budget * ledger.sum('first'));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
