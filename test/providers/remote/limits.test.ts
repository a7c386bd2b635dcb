import { expect } from 'chai';
import { limitsFor } from '../../../lib/providers/remote/limits.js';
import { SHORT_TIMEOUTS } from '../../support/remote-options.js';

describe('limitsFor', () => {
  it('leaves the limits of a short text as they are', () => {
    expect(limitsFor(SHORT_TIMEOUTS, 500)).to.equal(SHORT_TIMEOUTS);
  });

  it('gives a long text time to be made and to be heard, and changes nothing else', () => {
    expect(limitsFor(SHORT_TIMEOUTS, 4_096)).to.deep.equal({
      ...SHORT_TIMEOUTS,
      firstByte: SHORT_TIMEOUTS.firstByte + 3_596,
      total: SHORT_TIMEOUTS.total + 215_760,
    });
  });
});
