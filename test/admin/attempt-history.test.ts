import { expect } from 'chai';
import { AttemptHistory } from '../../lib/admin/attempt-history.js';

const call = (provider: string, code: string | null, ms = 10) => ({
  requestId: 'r',
  provider,
  type: 'remote',
  code,
  ms,
});

describe('AttemptHistory', () => {
  it('keeps the last calls and the last failures of each provider', () => {
    const history = new AttemptHistory();
    history.record(call('one', 'refused'), 1);
    for (let at = 2; at < 102; at += 1) history.record(call('one', null), at);
    const { one, two } = history.read(['one', 'two']);
    expect(one?.attempts).to.have.length(60);
    expect(one?.attempts.at(-1)).to.deep.equal({ at: 101, code: null, ms: 10 });
    expect(one?.errors).to.deep.equal([{ at: 1, code: 'refused', ms: 10 }]);
    expect(two).to.deep.equal({ attempts: [], errors: [] });
  });

  it('counts a sound that broke off as a failure, but not as a second call', () => {
    const history = new AttemptHistory();
    expect(history.record({ ...call('one', 'truncated'), committed: true }, 1)).to.equal(null);
    expect(history.read(['one'])['one']?.attempts).to.deep.equal([]);
    expect(history.read(['one'])['one']?.errors).to.have.length(1);
  });

  it('keeps the failure that a circuit opened for, whoever is sent past it after that', () => {
    const history = new AttemptHistory();
    history.record(call('one', 'refused'), 1);
    for (let at = 2; at < 50; at += 1) history.record(call('one', 'circuit_open', 0), at);
    expect(history.read(['one'])['one']?.errors).to.deep.equal([{ at: 1, code: 'refused', ms: 10 }]);
  });

  it('holds callers who leave against nobody', () => {
    const history = new AttemptHistory();
    expect(history.record(call('one', 'aborted'), 1)).to.equal(null);
    expect(history.read(['one'])['one']).to.deep.equal({ attempts: [], errors: [] });
  });

  it('forgets the provider that has been silent for longest when there are too many', () => {
    const history = new AttemptHistory();
    history.record(call('old', null), 0);
    history.record(call('busy', null), 0);
    for (let number = 0; number < 15; number += 1) {
      history.record(call(`new-${String(number)}`, null), 1);
      history.record(call('busy', null), 1);
    }
    const { old, busy } = history.read(['old', 'busy']);
    expect(old?.attempts).to.deep.equal([]);
    expect(busy?.attempts).to.have.length(16);
  });
});
