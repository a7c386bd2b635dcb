import { expect } from 'chai';
import { FallbackRatio } from '../../../lib/telemetry/alerts/fallback-ratio.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('FallbackRatio', () => {
  let clock: FakeClock;
  let ratio: FallbackRatio;

  beforeEach(() => {
    clock = new FakeClock();
    ratio = new FallbackRatio(clock);
  });

  function count(requests: number, degraded: number): void {
    for (let index = 0; index < requests; index += 1) ratio.count(index < degraded);
  }

  it('says nothing of fewer than twenty requests', () => {
    count(19, 19);
    expect(ratio.isHigh()).to.equal(false);
    count(1, 0);
    expect(ratio.isHigh()).to.equal(true);
  });

  it('is high from a quarter on, and until it is below half of that', () => {
    count(21, 5);
    expect(ratio.isHigh()).to.equal(false);
    count(3, 1);
    expect(ratio.isHigh()).to.equal(true);
    count(24, 0);
    expect(ratio.isHigh(), 'at an eighth').to.equal(true);
    count(1, 0);
    expect(ratio.isHigh()).to.equal(false);
  });

  it('forgets after five minutes', async () => {
    count(20, 20);
    await clock.advance(299_999);
    expect(ratio.isHigh()).to.equal(true);
    await clock.advance(1);
    expect(ratio.isHigh()).to.equal(false);
  });

  it('keeps its opinion while too few requests come to change it', async () => {
    count(20, 20);
    expect(ratio.isHigh()).to.equal(true);
    await clock.advance(290_000);
    count(1, 0);
    await clock.advance(30_000);
    expect(ratio.isHigh()).to.equal(true);
  });
});
