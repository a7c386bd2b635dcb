import { expect } from 'chai';
import fc from 'fast-check';
import { MOST_A_TURN, Turns } from '../../lib/text/turns.js';

/** Works through pieces of text and notes in which turn of the event loop each was begun. */
async function work(turns: Turns, pieces: readonly number[], begun: (characters: number) => void): Promise<void> {
  for (const characters of pieces) {
    await turns.take(characters);
    begun(characters);
  }
}

describe('Turns', () => {
  it('lets short work begin at once', () => {
    const turns = new Turns();
    expect(turns.take(MOST_A_TURN / 2)).to.equal(undefined);
    expect(turns.take(MOST_A_TURN / 2)).to.equal(undefined);
    expect(turns.take(1)).to.be.an.instanceOf(Promise);
  });

  it('never has more work in one turn than fits, however many ask', async () => {
    const pieces = fc.array(fc.integer({ min: 0, max: MOST_A_TURN * 2 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 10 }), async (all) => {
        const turns = new Turns();
        let turn: number[] = [];
        const done: number[][] = [];
        let isOver = false;
        const watch = (): void => {
          if (turn.length > 0) done.push(turn);
          turn = [];
          if (!isOver) setImmediate(watch);
        };
        watch();
        await Promise.all(all.map((each) => work(turns, each, (characters) => turn.push(characters))));
        isOver = true;
        done.push(turn);
        for (const taken of done) {
          const sum = taken.reduce((total, characters) => total + characters, 0);
          const largest = Math.max(0, ...taken);
          expect(sum).to.be.at.most(Math.max(MOST_A_TURN, largest));
        }
        expect(done.flat().sort()).to.deep.equal(all.flat().sort());
      }),
      { numRuns: 100 },
    );
  });

  it('serves those who wait one after the other', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const long = Array<number>(3).fill(MOST_A_TURN);
    await Promise.all([
      work(turns, long, () => order.push('a')),
      work(turns, long, () => order.push('b')),
      work(turns, [1], () => order.push('short')),
    ]);
    expect(order).to.deep.equal(['a', 'b', 'short', 'a', 'b', 'a', 'b']);
  });
});
