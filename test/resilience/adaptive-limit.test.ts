import { expect } from 'chai';
import fc from 'fast-check';
import { AdaptiveLimit } from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

function setUp(most = 10) {
  const clock = new FakeClock();
  const rises: number[] = [];
  const limit: AdaptiveLimit = new AdaptiveLimit({
    most,
    lateAfter: 1_000,
    clock,
    onRise: () => rises.push(limit.current),
  });
  /** Has so many calls made at once, all of which are answered after so long. */
  const answered = async (calls: number, took: number): Promise<void> => {
    const begunAt = clock.now();
    await clock.advance(took);
    for (let call = 1; call <= calls; call += 1) limit.answered(begunAt, call);
  };
  return { clock, limit, rises, answered };
}

describe('AdaptiveLimit', () => {
  it('begins with as many as open a circuit, with fewer where fewer are allowed, and with a quarter of many', () => {
    expect([1, 2, 5, 10, 20, 64, 400].map((most) => setUp(most).limit.current)).to.deep.equal([1, 2, 5, 5, 5, 16, 100]);
  });

  it('doubles from one crowd to the next as long as answers are in time, up to the most, and tells of it', async () => {
    const { limit, rises, answered } = setUp(40);
    await answered(10, 1_000);
    expect(limit.current).to.equal(16);
    await answered(16, 1_000);
    expect(limit.current).to.equal(25);
    for (let round = 0; round < 9; round += 1) await answered(limit.current, 1_000);
    expect([limit.current, rises.at(-1)]).to.deep.equal([40, 40]);
  });

  it('holds back for caution what is allowed beyond it, until a call was too much or the service was gone', async () => {
    const { limit, answered } = setUp(40);
    expect(limit.untried).to.equal(30);
    await answered(10, 1_000);
    expect(limit.untried).to.equal(24);
    await answered(10, 1_001);
    expect([limit.current, limit.untried]).to.deep.equal([8, 0]);
    const other = setUp(40);
    other.limit.restart(1);
    expect(other.limit.untried).to.equal(0);
  });

  it('does not rise where it is not made use of', async () => {
    const { limit, rises, answered } = setUp();
    for (let call = 0; call < 100; call += 1) await answered(2, 10);
    expect([limit.current, rises.length]).to.deep.equal([5, 0]);
  });

  it('halves when one of several is late, once for each crowd', async () => {
    const { limit, answered } = setUp();
    await answered(5, 1_001);
    expect(limit.current).to.equal(2);
    await answered(2, 1_001);
    expect(limit.current).to.equal(1);
    await answered(1, 5_000);
    expect(limit.current, 'a call alone is late for no crowd').to.equal(2);
    await answered(3, 1_001);
    expect(limit.current).to.equal(1);
  });

  it('halves when one was too much, and takes nothing that was begun before for more', async () => {
    const { clock, limit } = setUp(8);
    const begunAt = clock.now();
    await clock.advance(100);
    limit.overloaded(begunAt);
    limit.overloaded(begunAt);
    for (let call = 0; call < 8; call += 1) limit.answered(begunAt, 8);
    expect(limit.current).to.equal(2);
    limit.overloaded(clock.now() + 1);
    expect(limit.current).to.equal(1);
    limit.overloaded(clock.now() + 2);
    expect(limit.current, 'never none').to.equal(1);
  });

  it('rises by one a round beyond where it was half of too much', async () => {
    const { limit, answered } = setUp(100);
    await answered(25, 10);
    expect(limit.current).to.equal(38);
    await answered(limit.current, 1_001);
    const half = limit.current;
    await answered(half, 10);
    expect(limit.current).to.be.within(half, half + 1);
    await answered(half, 10);
    expect(limit.current).to.be.within(half + 1, half + 2);
  });

  it('begins again with one more than there are, and doubles from there', async () => {
    const { limit, answered } = setUp(16);
    for (let round = 0; round < 5; round += 1) await answered(limit.current, 10);
    expect(limit.current).to.equal(16);
    limit.restart(1);
    const seen = [limit.current];
    for (let round = 0; round < 3; round += 1) {
      await answered(limit.current, 10);
      seen.push(limit.current);
    }
    expect(seen).to.deep.equal([2, 4, 7, 8]);
  });

  it('stays between one and the most, rises by answers in time alone, and falls to half at the lowest', async () => {
    const step = fc.record({
      kind: fc.constantFrom('answered', 'answered', 'answered', 'overloaded', 'restart'),
      took: fc.constantFrom(0, 10, 1_000, 1_001, 4_000),
      company: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.array(step, { maxLength: 60 }), async (most, steps) => {
        const { clock, limit } = setUp(most);
        for (const { kind, took, company } of steps) {
          const begunAt = clock.now();
          await clock.advance(took);
          const before = limit.current;
          if (kind === 'answered') limit.answered(begunAt, company);
          else if (kind === 'overloaded') limit.overloaded(begunAt);
          else limit.restart(company);
          expect(limit.current).to.be.within(1, most);
          if (kind === 'restart') continue;
          const isInTime = kind === 'answered' && (company === 1 || took <= 1_000);
          expect(limit.current).to.be.within(
            isInTime ? before : Math.floor(before / 2),
            isInTime ? before + 1 : before,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
