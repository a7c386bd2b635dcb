import { expect } from 'chai';
import { parseRetryAfter } from '../../../lib/providers/remote/retry-after.js';

const NOW = Date.parse('Tue, 24 Nov 2026 10:00:00 GMT');

describe('parseRetryAfter', () => {
  const cases: [string | undefined, number | undefined][] = [
    ['0', 0],
    ['3', 3_000],
    [' 1.5 ', 1_500],
    ['3600', 60_000],
    ['99999999999999999999', 60_000],
    ['Tue, 24 Nov 2026 10:00:07 GMT', 7_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['Tue, 24 Nov 2099 10:00:00 GMT', 60_000],
    ['-1', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['2026', 60_000],
    ['Xyz, 99 Foo 2026 10:00:00 GMT', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  for (const [value, milliseconds] of cases) {
    it(`reads ${JSON.stringify(value)} as ${String(milliseconds)}`, () => {
      expect(parseRetryAfter(value, NOW)).to.equal(milliseconds);
    });
  }
});
