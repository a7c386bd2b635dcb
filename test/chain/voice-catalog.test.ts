import { expect } from 'chai';
import { VoiceCatalog } from '../../lib/chain/voice-catalog.js';
import type { SpeechProvider, SpeechVoice } from '../../lib/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { speaker } from '../support/fake-provider.js';

function setUp(load: (signal: AbortSignal) => Promise<readonly SpeechVoice[]>) {
  const clock = new FakeClock();
  let calls = 0;
  const provider: SpeechProvider = {
    ...speaker('own'),
    voices: ({ signal }) => {
      calls += 1;
      return load(signal);
    },
  };
  const catalogue = new VoiceCatalog(clock);
  catalogue.use([provider]);
  return { clock, catalogue, calls: () => calls };
}

const NOVA = { id: 'nova', name: 'Nova' };

describe('Catalogue', () => {
  it('fetches in the background and fetches again only when the list is old', async () => {
    const { clock, catalogue, calls } = setUp(() => Promise.resolve([NOVA]));
    expect(catalogue.voices()).to.deep.equal([]);
    await settle();
    expect(catalogue.voices()).to.deep.equal([{ ...NOVA, provider: 'own' }]);
    await clock.advance(59_999);
    catalogue.voices();
    expect(calls()).to.equal(1);
    await clock.advance(1);
    catalogue.voices();
    expect(calls()).to.equal(2);
  });

  it('keeps the last known list of a provider that fails, and asks it again later', async () => {
    let fails = false;
    const { clock, catalogue, calls } = setUp(() =>
      fails ? Promise.reject(new Error('down')) : Promise.resolve([NOVA]),
    );
    catalogue.refresh();
    await clock.advance(60_000);
    fails = true;
    catalogue.refresh();
    await settle();
    expect(catalogue.voices()).to.have.length(1);
    await clock.advance(9_999);
    catalogue.refresh();
    expect(calls()).to.equal(2);
    await clock.advance(1);
    catalogue.refresh();
    expect(calls()).to.equal(3);
  });

  it('has one call under way at a time, and gives up on one that hangs', async () => {
    const signals: AbortSignal[] = [];
    const { clock, catalogue } = setUp((signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    catalogue.voices();
    catalogue.voices();
    await settle();
    expect(signals).to.have.length(1);
    await clock.advance(5_000);
    expect(signals[0]?.aborted).to.equal(true);
  });

  it('gives up what is on its way when it is closed, and starts nothing more', async () => {
    const signals: AbortSignal[] = [];
    const { clock, catalogue } = setUp((signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    catalogue.refresh();
    await settle();
    catalogue.close();
    expect(signals[0]?.aborted).to.equal(true);
    await clock.advance(100_000);
    catalogue.refresh();
    expect([signals.length, clock.pendingTimers]).to.deep.equal([1, 0]);
  });

  it('bears whatever a provider of the user’s own may list, and keeps what it can use', async () => {
    const odd: [unknown, string[]][] = [
      [undefined, []],
      [null, []],
      [{ voices: [] }, []],
      ['alloy', []],
      [[null, 'alloy', { id: 5n, name: 'x' }, { id: 'a' }, NOVA], ['nova']],
    ];
    for (const [list, ids] of odd) {
      const { catalogue, clock, calls } = setUp(() => Promise.resolve(list as SpeechVoice[]));
      catalogue.refresh();
      await settle();
      expect(catalogue.voices().map(({ id }) => id)).to.deep.equal(ids);
      await clock.advance(60_000);
      catalogue.refresh();
      expect(calls()).to.equal(2);
    }
  });
});
