import { expect } from 'chai';
import { causeOf, withoutBlame } from '../../lib/chain/failure-cause.js';
import { SpeechError } from '../../lib/speech/error.js';

describe('causeOf', () => {
  const CAUSES = {
    service: [
      ...['refused', 'unreachable', 'dns', 'tls', 'blocked_address'],
      ...['timeout.lookup', 'timeout.connect', 'timeout.tls', 'timeout.send'],
      ...['status.401', 'status.407', 'status.408', 'status.425', 'status.502', 'status.504'],
    ],
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

describe('withoutBlame', () => {
  it('keeps everything of a failure but whom it is held against', () => {
    const late = new SpeechError('timeout.first_byte', 'the server took too long', {
      fallbackHelps: true,
      retryHelps: false,
    });
    const same = withoutBlame(late);
    expect(late.blamesProvider).to.equal(true);
    expect(same).to.include({ code: late.code, message: late.message, cause: late, blamesProvider: false });
    expect(same).to.include({ fallbackHelps: true, retryHelps: false, retryAfter: undefined });
    const cut = new SpeechError('status.503', 'busy', { fallbackHelps: false, retryHelps: true, retryAfter: 70 });
    expect(withoutBlame(cut)).to.include({ fallbackHelps: false, retryHelps: true, retryAfter: 70 });
  });

  it('lets whoever was one too many ask again', () => {
    const limited = new SpeechError('rate_limited', 'too many', { retryHelps: false });
    expect(withoutBlame(limited)).to.include({ retryHelps: true, retryAfter: undefined });
  });
});
