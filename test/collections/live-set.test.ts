import { expect } from 'chai';
import fc from 'fast-check';
import { LiveSet, type Resident } from '../../lib/collections/live-set.js';

class Item implements Resident {
  place = -1;
}

describe('live set', () => {
  it('holds what a Set would hold, whatever comes and goes', () => {
    const steps = fc.array(fc.record({ index: fc.nat(9), adds: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (schedule) => {
        const items = Array.from({ length: 10 }, () => new Item());
        const live = new LiveSet<Item>();
        const model = new Set<Item>();
        for (const { index, adds } of schedule) {
          const item = items[index] ?? new Item();
          if (adds && !model.has(item)) {
            live.add(item);
            model.add(item);
          } else {
            live.delete(item);
            model.delete(item);
          }
          expect(live.size).to.equal(model.size);
          expect(live.snapshot()).to.have.members([...model]);
        }
      }),
    );
  });

  it('lets everything be taken out while it is gone through', () => {
    const live = new LiveSet<Item>();
    for (let count = 0; count < 5; count += 1) live.add(new Item());
    for (const item of live.snapshot()) live.delete(item);
    expect(live.size).to.equal(0);
  });
});
