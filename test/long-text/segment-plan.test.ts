import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentPlan, type Passage } from '../../lib/long-text/segment-plan.js';
import { weightOf } from '../../lib/text/spoken-weight.js';

const segments = fc.array(
  fc.constantFrom('One word.', 'And two more words.', 'Costs 25 €.', '今天天气很好。', 'Ещё слово.'),
  {
    minLength: 1,
    maxLength: 20,
  },
);

/** Goes through a plan with passages of so many letters. */
function passagesOf(all: readonly string[], most: readonly number[]): Passage[] {
  const plan = new SegmentPlan(all);
  const passages: Passage[] = [];
  for (let turn = 0; !plan.isDone; turn += 1) {
    const passage = plan.passage(most[turn % most.length] ?? 0);
    passages.push(passage);
    plan.advance(passage);
  }
  return passages;
}

describe('SegmentPlan', () => {
  it('says every segment once, in its order, in passages that are no longer than they may be', () => {
    fc.assert(
      fc.property(segments, fc.array(fc.nat(120), { minLength: 1, maxLength: 5 }), (all, most) => {
        const passages = passagesOf(all, most);
        expect(passages.map(({ text }) => text).join(' ')).to.equal(all.join(' '));
        let index = 0;
        for (const [turn, passage] of passages.entries()) {
          expect(passage.index).to.equal(index);
          expect(passage.weight).to.equal(weightOf(passage.text));
          if (passage.length > 1) expect(passage.weight).to.be.at.most(most[turn % most.length] ?? 0);
          index += passage.length;
        }
        expect(index).to.equal(all.length);
      }),
    );
  });

  it('says all that is left in one passage where that may have as many letters, unless it is of several scripts', () => {
    const plan = new SegmentPlan(['One.', 'Two.', 'Three.']);
    plan.advance(plan.passage(0));
    expect(plan.passage(plan.left)).to.deep.equal({ index: 1, length: 2, text: 'Two. Three.', weight: 11 });
    expect(plan.passage(plan.left - 1)).to.include({ length: 1 });
    const mixed = new SegmentPlan(['One.', 'Two.', '三。', 'Four.']);
    expect(mixed.passage(Infinity)).to.include({ index: 0, length: 2 });
  });

  it('gives the same passage until it is done with, and knows the last', () => {
    const plan = new SegmentPlan(['One.', 'Two.']);
    expect(plan.passage(0)).to.deep.equal(plan.passage(0));
    expect(plan.isLast(plan.passage(0))).to.equal(false);
    expect(plan.isLast(plan.passage(9))).to.equal(true);
    plan.advance(plan.passage(0));
    expect(plan.said).to.equal(4);
    expect(plan.isLast(plan.passage(0))).to.equal(true);
    plan.advance(plan.passage(0));
    expect(plan).to.include({ isDone: true, left: 0 });
  });
});
