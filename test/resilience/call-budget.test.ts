import { expect } from 'chai';
import fc from 'fast-check';
import { CallBudget, CallBudgetError } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

const MINUTE = 60_000;

describe('CallBudget', () => {
  it('knows of no limit where none was told', () => {
    const budget = new CallBudget({ clock: new FakeClock() });
    for (let call = 0; call < 100; call += 1) budget.take();
    expect(budget).to.include({ wait: 0, left: Infinity, nextIn: 0 });
  });

  it('lets no more calls through in any minute than may be, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(30_000), { maxLength: 60 }),
        async (most, pauses) => {
          const clock = new FakeClock();
          const budget = new CallBudget({ maxCallsPerMinute: most, clock });
          const made: number[] = [];
          for (const pause of pauses) {
            await clock.advance(pause);
            const inThisMinute = made.filter((at) => at > clock.now() - MINUTE).length;
            expect(budget.left).to.equal(most - inThisMinute);
            if (inThisMinute < most) {
              expect(budget.wait).to.equal(0);
              budget.take();
              made.push(clock.now());
              continue;
            }
            const wait = (made.at(-most) ?? 0) + MINUTE - clock.now();
            expect(budget).to.include({ wait, nextIn: wait });
            expect(() => {
              budget.take();
            })
              .to.throw(CallBudgetError)
              .with.property('retryAfter', wait);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts down what the service told, until that is over', async () => {
    const clock = new FakeClock();
    const budget = new CallBudget({ clock });
    budget.told({ calls: 2, nextIn: 12_000, resetsIn: 30_000 });
    budget.take();
    expect(budget).to.include({ left: 1, nextIn: 0 });
    budget.take();
    // The service knows best when to refuse a call, so that nobody has to wait.
    expect(budget).to.include({ left: 0, nextIn: 12_000, wait: 0 });
    budget.take();
    expect(budget.left).to.equal(0);
    await clock.advance(29_999);
    expect(budget).to.include({ left: 0, nextIn: 0 });
    await clock.advance(1);
    expect(budget.left).to.equal(Infinity);
  });

  it('waits for as long as the service asked, and takes what comes then for little', async () => {
    const clock = new FakeClock();
    const budget = new CallBudget({ clock });
    budget.rest(20_000);
    expect(budget).to.include({ wait: 20_000, left: 1 });
    budget.rest(5_000);
    expect(budget.wait).to.equal(20_000);
    await clock.advance(20_000);
    expect(budget).to.include({ wait: 0, left: 1 });
    budget.take();
    expect(budget).to.include({ wait: 0, left: 0, nextIn: 0 });
    await clock.advance(MINUTE);
    expect(budget.left).to.equal(Infinity);
  });

  it('has no more left than either the option or the service allows', () => {
    const budget = new CallBudget({ maxCallsPerMinute: 3, clock: new FakeClock() });
    budget.told({ calls: 10, resetsIn: MINUTE });
    expect(budget.left).to.equal(3);
    budget.told({ calls: 1, resetsIn: MINUTE });
    expect(budget.left).to.equal(1);
  });

  it('counts calls that are made in any case, and has the next ones wait until there are fewer', async () => {
    const clock = new FakeClock();
    const budget = new CallBudget({ maxCallsPerMinute: 2, clock });
    for (let calls = 0; calls < 4; calls += 1) {
      budget.count();
      await clock.advance(1_000);
    }
    // Three of the four have to be over.
    expect([budget.left, budget.wait]).to.deep.equal([0, 58_000]);
    await clock.advance(57_999);
    expect(() => {
      budget.take();
    }).to.throw(CallBudgetError);
    await clock.advance(1);
    budget.take();
  });
});
