import { expect } from 'chai';
import { limitsFor } from '../../../lib/providers/remote/limits.js';
import { limitsFor as limits } from '../../support/remote-options.js';

const LIMITS = limits('timeout.first_byte');

describe('limitsFor', () => {
  it('leaves the limits of a short text as they are', () => {
    expect(limitsFor(LIMITS, 500)).to.equal(LIMITS);
  });

  it('gives a long text time to be made and to be heard, and changes nothing else', () => {
    expect(limitsFor(LIMITS, 4_096)).to.deep.equal({
      ...LIMITS,
      firstByte: LIMITS.firstByte + 3_596,
      total: LIMITS.total + 215_760,
    });
  });
});
