import { inspect } from 'node:util';
import { expect } from 'chai';
import { printable } from '../../lib/chain/printable-status.js';
import type { SpeechStatus } from '../../lib/index.js';
import { providerStatus } from '../support/telemetry.js';

const STATUS: SpeechStatus = {
  status: 'degraded',
  providers: [
    providerStatus('kokoro', {
      state: 'down',
      lastError: { code: 'reset', at: 1 },
      lastCheck: { ok: false, code: 'refused', at: 2, ms: 3 },
    }),
    providerStatus('busy', {
      circuit: 'open',
      lastError: { code: 'status.500', at: 1 },
      lastCheck: { ok: true, at: 2, ms: 3 },
    }),
    providerStatus('local', { type: 'local', lastCheck: { ok: true, at: 2, ms: 3 } }),
    providerStatus('new', { state: 'unknown' }),
    providerStatus('text', { type: 'text' }),
  ],
};

describe('printable', () => {
  it('prints a status whole, wherever it stands, with the reason beside each state', () => {
    const printed = inspect({ service: { speech: printable(structuredClone(STATUS)) } });
    expect(printed).not.to.contain('[Object]').and.not.to.contain('[Array]');
    expect(printed).to.contain('another than kokoro has to speak');
    const reasons = [...printed.matchAll(/state: '(\w+)',\s+circuit: '([\w-]+)',\s+reason: '([^']+)'/g)];
    expect(reasons.map(([, ...found]) => found)).to.deep.equal([
      ['down', 'closed', 'its last check failed: refused'],
      ['up', 'open', 'it failed: status.500'],
      ['up', 'closed', 'its last check passed'],
      ['unknown', 'closed', 'it was not checked yet'],
      ['up', 'closed', 'it cannot fail'],
    ]);
  });

  it('leaves the data as it is', () => {
    const status = printable(structuredClone(STATUS));
    expect(status).to.deep.equal(STATUS);
    expect(JSON.parse(JSON.stringify(status))).to.deep.equal(STATUS);
    expect(structuredClone(status)).to.deep.equal(STATUS);
    expect(Object.keys(status)).to.deep.equal(['status', 'providers']);
  });
});
