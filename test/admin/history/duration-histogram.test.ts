import { expect } from 'chai';
import { DurationHistogram } from '../../../lib/admin/history/duration-histogram.js';

const HOUR = 3_600_000;

describe('DurationHistogram', () => {
  it('tells percentiles, none quicker than it was and none by more than a quarter slower', () => {
    const histogram = new DurationHistogram();
    for (let ms = 1; ms <= 1_000; ms += 1) histogram.add(ms, 0);
    const { count, p50, p90, p99 } = histogram.percentiles(0);
    expect(count).to.equal(1_000);
    expect(p50).to.be.within(500, 630);
    expect(p90).to.be.within(900, 1_130);
    expect(p99).to.be.within(990, 1_130);
  });

  it('forgets what is a day old', () => {
    const histogram = new DurationHistogram();
    histogram.add(5_000, 0);
    for (let number = 0; number < 3; number += 1) histogram.add(10, 23 * HOUR);
    expect(histogram.percentiles(23 * HOUR).p99).to.be.at.least(5_000);
    expect(histogram.percentiles(24 * HOUR)).to.deep.equal({ count: 3, p50: 10, p90: 10, p99: 10 });
  });

  it('has a place for what took no time, and for what took hours', () => {
    const histogram = new DurationHistogram();
    histogram.add(0, 0);
    expect(histogram.percentiles(0).p50).to.equal(1);
    for (let number = 0; number < 9; number += 1) histogram.add(HOUR, 0);
    expect(histogram.percentiles(0).p90).to.be.at.least(100_000);
  });

  it('knows nothing of nothing', () => {
    expect(new DurationHistogram().percentiles(0)).to.deep.equal({ count: 0, p50: null, p90: null, p99: null });
  });
});
