import { expect } from 'chai';
import fc from 'fast-check';
import { RetryBudget } from '../../lib/resilience/retry-budget.js';

describe('RetryBudget', () => {
  it('allows a share of what was done, beyond a floor', () => {
    const budget = new RetryBudget({ ratio: 0.1, floor: 100, ceiling: 10_000 });
    expect(budget.withdraw(101)).to.equal(false);
    expect(budget.withdraw(100)).to.equal(true);
    expect(budget.withdraw(1)).to.equal(false);
    budget.deposit(500);
    expect(budget.withdraw(50)).to.equal(true);
    expect(budget.withdraw(1)).to.equal(false);
  });

  it('saves up no more than its ceiling', () => {
    const budget = new RetryBudget({ ratio: 0.1, floor: 0, ceiling: 200 });
    budget.deposit(1_000_000);
    expect(budget.withdraw(201)).to.equal(false);
    expect(budget.withdraw(200)).to.equal(true);
  });

  it('never lets retries exceed the floor and the share of first attempts', () => {
    const move = fc.record({ kind: fc.constantFrom('deposit', 'withdraw'), work: fc.nat(5_000) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
        const budget = new RetryBudget({ ratio: 0.1, floor: 500, ceiling: 5_000 });
        let first = 0;
        let retried = 0;
        for (const { kind, work } of moves) {
          if (kind === 'deposit') {
            budget.deposit(work);
            first += work;
          } else if (budget.withdraw(work)) retried += work;
          expect(retried).to.be.at.most(500 + first * 0.1 + 1e-6);
        }
      }),
    );
  });
});
