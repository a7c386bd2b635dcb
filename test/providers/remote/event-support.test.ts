import { expect } from 'chai';
import { EventSupport } from '../../../lib/providers/remote/event-support.js';

describe('EventSupport', () => {
  it('leaves a format that failed alone for an hour, and no other', () => {
    let now = 1_000;
    const support = new EventSupport(() => now);
    expect(support.mayAskFor('mp3')).to.equal(true);
    support.failed('mp3');
    expect(support.mayAskFor('mp3')).to.equal(false);
    expect(support.mayAskFor('pcm')).to.equal(true);
    now += 3_599_999;
    expect(support.mayAskFor('mp3')).to.equal(false);
    now += 1;
    expect(support.mayAskFor('mp3')).to.equal(true);
  });
});
