import { expect } from 'chai';
import { AudioMemory } from '../../lib/cache/audio-memory.js';
import type { CachedAudio } from '../../lib/speech/audio-cache.js';
import { FakeClock } from '../support/fake-clock.js';

const audio = (bytes: number): CachedAudio => ({
  id: 'id',
  body: Buffer.alloc(bytes),
  contentType: 'audio/pcm',
  provider: 'own',
  warnings: [],
});

describe('the memory for audio', () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  const memoryOf = (maxBytes: number, ttl = 1_000): AudioMemory =>
    new AudioMemory({ maxBytes, ttl }, () => clock.now());

  it('forgets when the time is up, counted from when it was kept, and sets no timer for it', async () => {
    const memory = memoryOf(1_000);
    memory.set('a', audio(10));
    await clock.advance(600);
    memory.set('b', audio(10));
    expect(memory.get('a')).to.not.equal(undefined);
    await clock.advance(401);
    expect(memory.get('a'), 'to be asked for does not make it younger').to.equal(undefined);
    expect(memory.get('b')).to.not.equal(undefined);
    await clock.advance(600);
    expect(memory.get('b')).to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('counts bytes, and lets go of what was not asked for the longest', () => {
    const memory = memoryOf(100);
    for (const key of ['a', 'b', 'c', 'd']) memory.set(key, audio(25));
    memory.get('a');
    memory.set('e', audio(10));
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => memory.get(key) !== undefined)).to.deep.equal([
      'a',
      'c',
      'd',
      'e',
    ]);
  });

  it('lends half as much again to what is on its way, and takes it back', () => {
    const memory = memoryOf(100);
    expect([memory.reserve(30), memory.reserve(20), memory.reserve(1)]).to.deep.equal([true, true, false]);
    memory.release(20);
    expect([memory.reserve(21), memory.reserve(20)]).to.deep.equal([false, true]);
  });
});
