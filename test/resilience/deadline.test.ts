import { expect } from 'chai';
import { Deadline, stageBudget } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Deadline', () => {
  it('counts down and stops at 0', async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(100, clock);
    expect(deadline.remaining()).to.equal(100);
    await clock.advance(60);
    expect(deadline.remaining()).to.equal(40);
    await clock.advance(1_000);
    expect(deadline.remaining()).to.equal(0);
  });
});

describe('stageBudget', () => {
  it('keeps the reserve of the stages behind', () => {
    expect(stageBudget(10_000, [1_000, 0])).to.equal(9_000);
    expect(stageBudget(10_000, [1_000, 1_000, 1_000])).to.equal(7_000);
  });

  it('gives everything to a stage with only instant ones behind it', () => {
    expect(stageBudget(800, [0])).to.equal(800);
  });

  it('gives an equal share where the reserves would starve the stage', () => {
    expect(stageBudget(1_000, [1_000, 0])).to.equal(500);
    expect(stageBudget(900, [1_000, 1_000])).to.equal(300);
  });
});
