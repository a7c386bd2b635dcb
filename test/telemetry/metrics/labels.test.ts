import { expect } from 'chai';
import { codeLabel, providerLabel } from '../../../lib/telemetry/metrics/labels.js';

describe('codeLabel', () => {
  for (const [code, label] of [
    [null, 'ok'],
    ['timeout.first_byte', 'timeout.first_byte'],
    ['status.503', 'status.503'],
    ['status.299', 'status.other'],
    ['status.1000', 'other'],
    ['what a stranger says', 'other'],
  ] as const) {
    it(`makes ${label} of ${String(code)}`, () => {
      expect(codeLabel(code)).to.equal(label);
    });
  }
});

describe('providerLabel', () => {
  it('takes the names that are known, and no others', () => {
    const known = new Set(['kokoro']);
    expect(['kokoro', 'gone', null].map((name) => providerLabel(name, known))).to.deep.equal([
      'kokoro',
      'other',
      'none',
    ]);
  });
});
