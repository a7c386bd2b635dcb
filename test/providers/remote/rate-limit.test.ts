import { expect } from 'chai';
import fc from 'fast-check';
import { allowanceIn, durationIn } from '../../../lib/providers/remote/rate-limit.js';

const NOW = Date.parse('2026-11-30T10:00:00Z');

describe('allowanceIn', () => {
  const cases: [what: string, headers: Record<string, string>, expected: object | undefined][] = [
    [
      'OpenAI, whose calls come back one by one',
      {
        'x-ratelimit-limit-requests': '5',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m0s',
        'x-ratelimit-remaining-tokens': '149984',
      },
      { calls: 0, nextIn: 12_000, resetsIn: 60_000 },
    ],
    [
      'OpenAI with most of them left',
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
      },
      { calls: 499, nextIn: 120, resetsIn: 120 },
    ],
    ['Azure', { 'x-ratelimit-remaining-requests': '3' }, { calls: 3, nextIn: undefined, resetsIn: 60_000 }],
    ['the draft', { ratelimit: '"default";r=50;t=30' }, { calls: 50, nextIn: 30_000, resetsIn: 30_000 }],
    [
      'the draft with two policies, of which the tighter counts',
      { ratelimit: '"hour";r=900;t=1800, "minute";r=2;t=15' },
      { calls: 2, nextIn: 15_000, resetsIn: 15_000 },
    ],
    [
      'an older draft in one field',
      { ratelimit: 'limit=100, remaining=0, reset=50' },
      { calls: 0, nextIn: 50_000, resetsIn: 50_000 },
    ],
    [
      'an older draft in several',
      { 'ratelimit-limit': '100', 'ratelimit-remaining': '7', 'ratelimit-reset': '5' },
      { calls: 7, nextIn: 5_000, resetsIn: 5_000 },
    ],
    [
      'seconds of Unix time, as many APIs have it',
      { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(NOW / 1_000 + 40) },
      { calls: 1, nextIn: 40_000, resetsIn: 40_000 },
    ],
    ['other spelling', { 'x-rate-limit-remaining': '1' }, { calls: 1, nextIn: undefined, resetsIn: 60_000 }],
    ['tokens alone', { 'x-ratelimit-remaining-tokens': '0' }, undefined],
    ['a policy without a state', { 'ratelimit-policy': '"default";q=100;w=60' }, undefined],
    ['no number', { 'x-ratelimit-remaining-requests': 'many', ratelimit: 'r=x' }, undefined],
    ['a negative number', { 'x-ratelimit-remaining': '-1' }, undefined],
    ['nothing', {}, undefined],
  ];
  for (const [what, headers, expected] of cases) {
    it(`understands ${what}`, () => {
      expect(allowanceIn(headers, NOW)).to.deep.equal(expected);
    });
  }

  it('never says anything impossible, whatever the headers are', () => {
    const names = [
      'x-ratelimit-remaining-requests',
      'x-ratelimit-reset-requests',
      'ratelimit',
      'x-ratelimit-remaining',
    ];
    const values = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('r=1;t=-5', 'remaining=5', '1h2m'));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), values), (headers) => {
        const allowance = allowanceIn(headers, NOW);
        if (allowance === undefined) return;
        expect(allowance.calls).to.be.at.least(0);
        expect(allowance.resetsIn).to.be.at.least(0);
        if (allowance.nextIn !== undefined) expect(allowance.nextIn).to.be.at.least(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('durationIn', () => {
  for (const [value, milliseconds] of [
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1h2m3s', 3_723_000],
    ['12.345s', 12_345],
    ['1d', 86_400_000],
    ['30', 30_000],
    ['0.5', 500],
    [String(NOW / 1_000 + 5), 5_000],
    [String(NOW + 5_000), 5_000],
    [String(NOW / 1_000 - 5), 0],
    ['2026-11-30T10:00:07Z', 7_000],
    ['2026-11-30T09:00:00Z', 0],
    ['soon', undefined],
    ['1 s', undefined],
    ['-3', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`reads ${String(value)} as ${String(milliseconds)}`, () => {
      expect(durationIn(value, NOW)).to.equal(milliseconds);
    });
  }
});
