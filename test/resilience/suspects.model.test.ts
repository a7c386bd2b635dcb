import { expect } from 'chai';
import fc from 'fast-check';
import { Suspects } from '../../lib/resilience/suspects.js';
import { FakeClock } from '../support/fake-clock.js';
import { SuspectsModel } from '../support/models/suspects-model.js';

const LIMIT = 2;
const REST = 5_000;

const traits = fc.subarray(['text 1', 'text 2', 'text 3', 'voice a', 'voice b', 'format mp3'], { minLength: 1 });
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fails' as const), traits }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('goes well' as const), traits }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('waits' as const),
      time: fc.constantFrom(1, 4_999, 5_000, 59_000, 60_000, 60_001),
    }),
  },
);

describe('Suspects beside their model', () => {
  it('hold the same failures against the same traits, whatever comes in whichever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), traits, async (actions, asked) => {
        const clock = new FakeClock();
        const suspects = new Suspects({ clock, limit: LIMIT, restFor: REST });
        const model = new SuspectsModel();
        for (const one of actions) {
          const now = clock.now();
          if (one.kind === 'waits') await clock.advance(one.time);
          else if (one.kind === 'goes well') {
            suspects.cleared(one);
            model.well(one.traits, now);
          } else expect(suspects.excuses(one)).to.equal(model.excuses(one.traits, now));
          expect(suspects.restFor({ traits: asked })).to.equal(model.restFor(asked, clock.now(), LIMIT, REST));
        }
      }),
      { numRuns: 2_000 },
    );
  }).timeout(60_000);
});
