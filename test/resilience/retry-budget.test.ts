import { expect } from 'chai';
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
});
