import { expect } from 'chai';
import { failureOf, Retry } from '../../lib/resilience/index.js';

const reset = failureOf({ code: 'reset', retryHelps: true });

function setUp(options: { limit?: number; budget?: number; random?: number } = {}): Retry {
  const { limit = 1, budget = 0.1, random = 0.5 } = options;
  return new Retry({ limit, budget, floor: 1_000, random: () => random });
}

const question = { failure: reset, tries: 1, work: 100, remaining: 5_000 };

describe('Retry', () => {
  it('waits for a random part of its spread', () => {
    expect(setUp({ random: 0 }).delay(question)).to.equal(0);
    expect(setUp({ random: 0.5 }).delay(question)).to.equal(50);
  });

  it('tries once more and no more', () => {
    expect(setUp().delay({ ...question, tries: 2 })).to.equal(undefined);
    expect(setUp({ limit: 0 }).delay(question)).to.equal(undefined);
  });

  it('leaves alone what would only fail again', () => {
    expect(setUp().delay({ ...question, failure: failureOf({ code: 'not_audio' }) })).to.equal(undefined);
    expect(setUp().delay({ ...question, failure: failureOf('thrown') })).to.equal(undefined);
  });

  it('waits for as long as the service asked, jitter behind it, where that leaves time to try', () => {
    const failure = failureOf({ code: 'rate_limited', retryHelps: true, retryAfter: 2_000 });
    expect(setUp().delay({ ...question, failure })).to.equal(2_050);
    expect(setUp().delay({ ...question, failure, remaining: 2_150 })).to.equal(2_050);
    expect(setUp().delay({ ...question, failure, remaining: 2_149 })).to.equal(undefined);
  });

  it('does not trust an odd wish', () => {
    for (const retryAfter of [-1, Number.NaN, '3', null]) {
      const failure = failureOf({ code: 'status.503', retryHelps: true, retryAfter });
      expect(setUp().delay({ ...question, failure }), String(retryAfter)).to.equal(50);
    }
  });

  it('retries no more than its share of the work, beyond the floor', () => {
    const retry = setUp();
    expect(retry.delay({ ...question, work: 1_000 })).to.equal(50);
    expect(retry.delay({ ...question, work: 1 })).to.equal(undefined);
    retry.began(1_000);
    expect(retry.delay({ ...question, work: 101 })).to.equal(undefined);
    expect(retry.delay({ ...question, work: 100 })).to.equal(50);
  });

  it('takes nothing from the budget for a retry that is not made', () => {
    const retry = setUp();
    for (let count = 0; count < 20; count += 1) retry.delay({ ...question, work: 1_000, remaining: 10 });
    expect(retry.delay({ ...question, work: 1_000 })).to.equal(50);
  });

  it('retries nothing with a budget of nothing', () => {
    const retry = setUp({ budget: 0 });
    retry.began(1_000_000);
    expect(retry.delay(question)).to.equal(undefined);
  });
});
