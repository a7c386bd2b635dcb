import { expect } from 'chai';
import { causeOf } from '../../lib/chain/failure-cause.js';

describe('causeOf', () => {
  const CAUSES = {
    service: ['refused', 'dns', 'tls', 'timeout.connect', 'status.401', 'status.502', 'status.504', 'blocked_address'],
    load: ['timeout.first_byte', 'deadline', 'rate_limited', 'status.503'],
    request: ['status.500', 'status.403', 'status.404', 'not_audio', 'empty', 'truncated', 'reset', 'timeout.idle'],
  } as const;
  for (const [cause, codes] of Object.entries(CAUSES)) {
    it(`says ${cause} of ${codes.join(', ')}`, () => {
      for (const code of codes) expect(causeOf(code), code).to.equal(cause);
    });
  }

  it('says of what it does not know that it may have come of what was asked', () => {
    expect(['status.529', 'internal', 'engine_failed', 'too_large'].map(causeOf)).to.deep.equal(
      Array.from({ length: 4 }, () => 'request'),
    );
  });
});
