import { expect } from 'chai';
import { UnmadeFormats } from '../../lib/chain/unmade-formats.js';
import { FakeClock } from '../support/fake-clock.js';

describe('UnmadeFormats', () => {
  it('remembers a format for ten minutes, and no other', async () => {
    const clock = new FakeClock();
    const unmade = new UnmadeFormats(clock);
    unmade.add('mp3');
    await clock.advance(599_999);
    expect([unmade.has('mp3'), unmade.has('wav')]).to.deep.equal([true, false]);
    await clock.advance(1);
    expect(unmade.has('mp3')).to.equal(false);
  });
});
