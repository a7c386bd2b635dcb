import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { pause } from '../../lib/resilience/pause.js';
import { FakeClock } from '../support/fake-clock.js';

describe('pause', () => {
  it('ends after its time, or as soon as the signal aborts, and leaves neither timer nor listener', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const over = pause(100, clock, controller.signal);
    await clock.advance(100);
    expect(await over).to.equal('over');
    const aborted = pause(100, clock, controller.signal);
    controller.abort();
    expect(await aborted).to.equal('aborted');
    expect(await pause(100, clock, controller.signal)).to.equal('aborted');
    expect([clock.pendingTimers, getEventListeners(controller.signal, 'abort').length]).to.deep.equal([0, 0]);
  });
});
