import { expect } from 'chai';
import { ConfiguredPlayerMemory, PlayerStore } from '../../lib/cache/player-memory.js';
import type { PlayedAudio } from '../../lib/speech/audio-cache.js';
import { FakeClock } from '../support/fake-clock.js';
import { speechRequest } from '../support/speech-request.js';

const MEBIBYTE = 1024 * 1024;

const sound = (id: string, size = 10): PlayedAudio => ({
  id,
  body: Buffer.alloc(size),
  contentType: 'audio/mpeg',
  provider: 'own',
  warnings: [],
  degraded: true,
});
const saying = (input: string) => speechRequest({ input });

describe('what players have under way', () => {
  let clock: FakeClock;
  let store: PlayerStore;
  let memory: ConfiguredPlayerMemory;

  beforeEach(() => {
    clock = new FakeClock();
    store = new PlayerStore(() => clock.now());
    memory = new ConfiguredPlayerMemory(store, 'revision');
  });

  it('is there for as long as somebody goes on asking, and some minutes more', async () => {
    memory.add(saying('One.'), 'chain', sound('1'));
    for (let minutes = 0; minutes < 20; minutes += 4) {
      expect(memory.get(saying('One.'), 'chain')?.id).to.equal('1');
      await clock.advance(240_000);
    }
    await clock.advance(60_001);
    expect(memory.get(saying('One.'), 'chain')).to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('stays the same for whoever comes second', () => {
    expect(memory.add(saying('One.'), 'chain', sound('1')).id).to.equal('1');
    expect(memory.add(saying('One.'), 'chain', sound('2')).id).to.equal('1');
  });

  it('is of one address, one wish and one configuration', () => {
    memory.add(saying('One.'), 'chain', sound('1'));
    expect(memory.get(saying('Two.'), 'chain')).to.equal(undefined);
    expect(memory.get(saying('One.'), 'none')).to.equal(undefined);
    expect(new ConfiguredPlayerMemory(store, 'other').get(saying('One.'), 'chain')).to.equal(undefined);
  });

  it('takes no more than its bytes, however many ask', () => {
    for (let count = 0; count < 20; count += 1)
      memory.add(saying(`${String(count)}.`), 'chain', sound('x', 10 * MEBIBYTE));
    const held = Array.from({ length: 20 }, (_, count) => memory.get(saying(`${String(count)}.`), 'chain'));
    expect(held.filter((one) => one !== undefined)).to.have.length(6);
    expect(held[19]).not.to.equal(undefined);
  });

  it('has so much room for what is being gathered, and gets it back', () => {
    expect(memory.reserve(64 * MEBIBYTE)).to.equal(true);
    expect(memory.reserve(1)).to.equal(false);
    memory.release(64 * MEBIBYTE);
    expect(memory.reserve(1)).to.equal(true);
  });
});
