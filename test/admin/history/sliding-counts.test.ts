import { expect } from 'chai';
import { SlidingCounts } from '../../../lib/admin/history/sliding-counts.js';

describe('SlidingCounts', () => {
  it('count in slots, the oldest first and the present one last', () => {
    const counts = new SlidingCounts({ width: 10, slots: 3, columns: 2 });
    counts.add(0, 5);
    counts.add(0, 9);
    counts.add(1, 10);
    counts.add(0, 25);
    expect(counts.read(29)).to.deep.equal([
      [2, 0, 1],
      [0, 1, 0],
    ]);
    expect(counts.totals(29)).to.deep.equal([3, 1]);
  });

  it('forget what is too old, slot by slot, also where nothing has happened since', () => {
    const counts = new SlidingCounts({ width: 10, slots: 3, columns: 1 });
    counts.add(0, 0);
    counts.add(0, 10);
    expect(counts.read(29)).to.deep.equal([[1, 1, 0]]);
    expect(counts.read(30)).to.deep.equal([[1, 0, 0]]);
    expect(counts.read(1_000)).to.deep.equal([[0, 0, 0]]);
  });

  it('begin anew in a slot that was last used long ago', () => {
    const counts = new SlidingCounts({ width: 10, slots: 3, columns: 1 });
    counts.add(0, 0);
    counts.add(0, 30);
    expect(counts.read(30)).to.deep.equal([[0, 0, 1]]);
  });

  it('have nothing before the clock began', () => {
    expect(new SlidingCounts({ width: 10, slots: 3, columns: 1 }).read(0)).to.deep.equal([[0, 0, 0]]);
  });
});
