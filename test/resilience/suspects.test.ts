import { expect } from 'chai';
import { Suspects, type CallTraits } from '../../lib/resilience/suspects.js';
import { FakeClock } from '../support/fake-clock.js';

const call = (text: string, voice = 'alloy', format = 'mp3'): CallTraits => ({
  traits: [`text ${text}`, `voice ${voice}`, `format ${format}`],
});

function setUp() {
  const clock = new FakeClock();
  const suspects = new Suspects({ clock, limit: 3, restFor: 5_000 });
  return { clock, suspects };
}

describe('Suspects', () => {
  it('excuse the same call from its second failure on, while others go well', () => {
    const { suspects } = setUp();
    suspects.cleared(call('Hello.'));
    expect([1, 2, 3, 4].map(() => suspects.excuses(call('…')))).to.deep.equal([false, true, true, true]);
  });

  for (const [what, asked] of [
    ['voice', (number: number) => call(`Sentence ${number}.`, 'nobody')],
    ['format', (number: number) => call(`Sentence ${number}.`, 'alloy', 'flac')],
  ] as const) {
    it(`excuse different texts in a ${what} that has failed and never gone well`, () => {
      const { suspects } = setUp();
      suspects.cleared(call('Hello.'));
      expect([1, 2, 3].map((number) => suspects.excuses(asked(number)))).to.deep.equal([false, true, true]);
    });
  }

  it('excuse nothing of a service that fails at what had gone well, or at everything', () => {
    const { suspects } = setUp();
    for (const text of ['One.', 'Two.', 'Three.']) suspects.cleared(call(text));
    for (let tries = 0; tries < 5; tries += 1) expect(suspects.excuses(call('Two.'))).to.equal(false);
    for (const text of ['Four.', 'Five.', 'Six.']) expect(suspects.excuses(call(text))).to.equal(false);
  });

  it('excuse nothing where nothing has gone well, or not lately', async () => {
    const { suspects, clock } = setUp();
    for (let tries = 0; tries < 3; tries += 1) expect(suspects.excuses(call('…'))).to.equal(false);
    suspects.cleared(call('Hello.'));
    expect(suspects.excuses(call('…'))).to.equal(true);
    await clock.advance(60_001);
    expect(suspects.excuses(call('…'))).to.equal(false);
    expect(suspects.excuses(call('…'))).to.equal(false);
  });

  it('let a trait off with which something goes well', () => {
    const { suspects } = setUp();
    suspects.cleared(call('Hello.'));
    suspects.excuses(call('One.', 'nova'));
    suspects.cleared(call('Two.', 'nova'));
    expect(suspects.excuses(call('Three.', 'nova'))).to.equal(false);
  });

  it('send calls away, and no others, that have been excused again and again; and let one try after a while', async () => {
    const { suspects, clock } = setUp();
    suspects.cleared(call('Hello.'));
    for (let tries = 0; tries < 3; tries += 1) suspects.excuses(call('…', 'nobody'));
    expect(suspects.restFor(call('…'))).to.equal(0);
    suspects.excuses(call('…', 'nobody'));
    expect([suspects.restFor(call('…')), suspects.restFor(call('Hi.', 'nobody'))]).to.deep.equal([5_000, 5_000]);
    expect(suspects.restFor(call('Hi.'))).to.equal(0);
    await clock.advance(4_999);
    expect(suspects.restFor(call('…'))).to.equal(1);
    await clock.advance(1);
    expect(suspects.restFor(call('…'))).to.equal(0);
    suspects.excuses(call('…'));
    expect(suspects.restFor(call('…'))).to.equal(5_000);
  });

  it('never keep more than so many under suspicion, whatever is sent', () => {
    const { suspects } = setUp();
    suspects.cleared(call('Hello.'));
    for (let tries = 0; tries < 4; tries += 1) suspects.excuses(call('first'));
    expect(suspects.restFor(call('first'))).to.equal(5_000);
    for (let number = 0; number < 256; number += 1) suspects.excuses(call(String(number)));
    expect(suspects.restFor(call('first')), 'let off for newer ones').to.equal(0);
  });

  it('look at no trait before something has failed', () => {
    const { suspects } = setUp();
    let looks = 0;
    const counted: CallTraits = {
      get traits() {
        looks += 1;
        return [];
      },
    };
    for (let number = 0; number < 100; number += 1) {
      expect(suspects.restFor(counted)).to.equal(0);
      suspects.cleared(counted);
    }
    expect(looks).to.equal(0);
  });
});
