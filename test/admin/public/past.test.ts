import { expect } from 'chai';
import { pageModule } from '../../support/page-module.js';

interface Beat {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly up: number;
  readonly failed: number;
}
const { beatsOf, rateOf } = (await pageModule('past.js')) as {
  beatsOf: (counts: object, scale: object, together: number) => Beat[];
  rateOf: (requests: readonly number[]) => string;
};

describe('what the admin page makes of the past', () => {
  const none = [0, 0, 0, 0, 0, 0, 0, 0];
  const counts = {
    up: [0, 0, 1, 1, 1, 0, 0, 0],
    down: [0, 0, 0, 0, 0, 1, 1, 1],
    answered: none,
    failed: [0, 0, 0, 0, 0, 0, 0, 2],
  };
  const scale = { width: 10, slots: 8, last: 1_000 };

  it('is beats, of several slots each, that say where all, some or nothing went well', () => {
    const beats = beatsOf(counts, scale, 2);
    expect(beats.map(({ kind }) => kind)).to.deep.equal(['none', 'good', 'mixed', 'bad']);
    expect(beats.map(({ up }) => up)).to.deep.equal([0, 2, 1, 0]);
    expect(beats.at(-1)?.failed).to.equal(2);
  });

  it('lies in time up to the end of the present slot', () => {
    const beats = beatsOf(counts, scale, 2);
    expect(beats.map(({ from }) => from)).to.deep.equal([930, 950, 970, 990]);
    expect(beats.at(-1)?.to).to.equal(1_010);
  });

  it('has a rate over the last five minutes', () => {
    expect(rateOf([100, 1, 2, 3, 4, 5])).to.equal('3');
    expect(rateOf([100, 0, 0, 0, 0, 1])).to.equal('0.2');
    expect(rateOf([0, 101, 100, 100, 100, 100])).to.equal('100');
  });
});
