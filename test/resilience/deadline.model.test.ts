import { expect } from 'chai';
import fc from 'fast-check';
import { Deadline, stageBudget } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

const reserves = fc.array(fc.constantFrom<number[]>(0, 0, 100, 1_000, 1_000, 3_000), { minLength: 1, maxLength: 8 });

describe('stageBudget over a whole chain', () => {
  it('never starves a stage, never gives what is not there, and keeps the reserves that can be kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20_000 }),
        reserves,
        // What each stage makes of its time: nothing, a part, all of it, or more than it was given.
        fc.array(fc.constantFrom(0, 0.1, 0.5, 1, 1, 1.2), { minLength: 8, maxLength: 8 }),
        async (milliseconds, stages, uses) => {
          const clock = new FakeClock();
          const deadline = new Deadline(milliseconds, clock);
          let isKept = true;
          for (const [index, reserve] of stages.entries()) {
            const use = uses[index] ?? 0;
            const remaining = deadline.remaining();
            expect(remaining).to.equal(Math.max(0, milliseconds - clock.now()));
            const behind = stages.slice(index + 1);
            const timed = behind.filter((one) => one > 0).length;
            const budget = stageBudget(remaining, behind);
            expect(budget, 'an equal share').to.be.at.least(remaining / (1 + timed));
            expect(budget, 'what remains').to.be.at.most(remaining);
            if (timed === 0) expect(budget).to.equal(remaining);
            // While nobody needed the equal share or overran, each stage finds what was kept for it.
            if (isKept && index > 0) expect(budget, 'its reserve').to.be.at.least(reserve - 1e-6);
            if (use > 1 || budget > remaining - behind.reduce((sum, one) => sum + one, 0)) isKept = false;
            await clock.advance(budget * use);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('gives the larger of what the reserves leave and an equal share', () => {
    fc.assert(
      fc.property(fc.nat(20_000), reserves, (remaining, behind) => {
        const kept = behind.reduce((sum, reserve) => sum + reserve, 0);
        const share = remaining / (1 + behind.filter((reserve) => reserve > 0).length);
        expect([remaining - kept, share]).to.include(stageBudget(remaining, behind));
      }),
      { numRuns: 3_000 },
    );
  });
});
