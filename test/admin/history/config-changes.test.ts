import { expect } from 'chai';
import { compareConfigs } from '../../../lib/admin/history/config-changes.js';

const KOKORO = { type: 'remote', name: 'kokoro', baseUrl: 'http://a/v1', apiKey: { set: true } };
const LOCAL = { type: 'local' };
const TEXT = { type: 'text' };

describe('compareConfigs()', () => {
  it('finds what was added, removed and changed, and names options without their values', () => {
    const changes = compareConfigs(
      { fallback: [KOKORO, LOCAL, TEXT], deadline: 1 },
      { fallback: [{ ...KOKORO, baseUrl: 'http://b/v1', voice: 'nova' }, TEXT, { ...LOCAL, name: 'spare' }], hold: 2 },
    );
    expect(changes).to.deep.equal([
      { change: 'added', provider: 'spare' },
      { change: 'removed', provider: 'local' },
      { change: 'changed', provider: 'kokoro', keys: ['baseUrl', 'voice'] },
      { change: 'changed', provider: null, keys: ['deadline', 'hold'] },
    ]);
    expect(JSON.stringify(changes)).not.to.contain('http://');
  });

  it('tells of another order once, and not where somebody was only added or removed', () => {
    expect(compareConfigs({ fallback: [KOKORO, LOCAL, TEXT] }, { fallback: [LOCAL, KOKORO, TEXT] })).to.deep.equal([
      { change: 'order', provider: null },
    ]);
    expect(compareConfigs({ fallback: [KOKORO, LOCAL, TEXT] }, { fallback: [LOCAL, TEXT] })).to.deep.equal([
      { change: 'removed', provider: 'kokoro' },
    ]);
  });

  it('knows the chain of a router that was told of none, and finds nothing between equals', () => {
    expect(compareConfigs({}, { fallback: [LOCAL, TEXT] })).to.deep.equal([]);
    expect(compareConfigs({}, { fallback: [TEXT] })).to.deep.equal([{ change: 'removed', provider: 'local' }]);
  });
});
