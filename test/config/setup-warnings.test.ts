import { expect } from 'chai';
import { parseOptions } from '../../lib/config/parse-options.js';
import { takeApart } from '../../lib/config/plain-options.js';
import { setupWarnings } from '../../lib/config/setup-warnings.js';
import { speaker } from '../support/fake-provider.js';

const BASE_URL = 'http://127.0.0.1:8880/v1';
const remote = (options: object): object => ({ fallback: [{ type: 'remote', baseUrl: BASE_URL, ...options }] });

function warningsOf(options: object): string[] {
  return setupWarnings(takeApart(options).plain, parseOptions(options)).map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

describe('setupWarnings', () => {
  const warned: [string, object, RegExp][] = [
    [
      'an address without a path',
      remote({ baseUrl: 'http://127.0.0.1:8880' }),
      /^fallback\[0\]\.baseUrl: .*append \/v1/,
    ],
    [
      'one that ends in a slash',
      remote({ baseUrl: 'http://127.0.0.1:8880/' }),
      /^fallback\[0\]\.baseUrl: .*append \/v1/,
    ],
    [
      'a path without a version',
      remote({ baseUrl: 'https://tts.example/api' }),
      /^fallback\[0\]\.baseUrl: .*append \/v1/,
    ],
    ['an address to listen on', remote({ baseUrl: 'http://0.0.0.0:8880/v1' }), /^fallback\[0\]\.baseUrl: 0\.0\.0\.0 /],
    ['TLS without https', remote({ tls: { rejectUnauthorized: false } }), /^fallback\[0\]\.tls: it is not used/],
    [
      'a wait beyond the deadline',
      remote({ timeout: { firstByte: 30_000 } }),
      /^fallback\[0\]\.timeout\.firstByte: "deadline" ends the wait after 10000 milliseconds/,
    ],
    [
      'a key and a header of one',
      remote({ apiKey: 'sk-a', headers: { Authorization: 'Bearer sk-b' } }),
      /^fallback\[0\]\.headers\.Authorization: it is not sent/,
    ],
    [
      'what stands behind text',
      { fallback: [{ type: 'text' }, { type: 'local' }, speaker('own')] },
      /^fallback\[0\]: a text entry always answers, so that nobody ever hears "local", "own"/,
    ],
    [
      'a second text',
      { fallback: [{ type: 'local' }, { type: 'text' }, { type: 'text', name: 'again' }] },
      /^fallback\[1\]: .*"again"/,
    ],
    ['a deadline in seconds', { deadline: 10 }, /^deadline: this is 10 milliseconds.*write 10000/],
    ['a limit in seconds', remote({ timeout: { firstByte: 5 } }), /^fallback\[0\]\.timeout\.firstByte: this is 5 mill/],
    [
      'checks in seconds',
      remote({ health: { timeout: 2 } }),
      /^fallback\[0\]\.health\.timeout: this is 2 milliseconds/,
    ],
    ['a circuit in seconds', remote({ circuitBreaker: { openFor: 5 } }), /^fallback\[0\]\.circuitBreaker\.openFor: /],
    ['a cache that nobody fills', { cache: { ttl: 1_000 } }, /^cache: nothing is kept/],
    ['alerts for nobody', { alerts: { webhook: undefined } }, /^alerts\.webhook: there is no webhook/],
    ['headers for nobody', { alerts: { headers: { 'x-a': 'b' } } }, /^alerts\.webhook: there is no webhook/],
    [
      'an engine beside a command',
      { fallback: [{ type: 'local', engine: 'espeak-ng', command: { program: 'flite' } }] },
      /^fallback\[0\]\.engine: it is not used/,
    ],
  ];
  for (const [what, options, warning] of warned) {
    it(`warns of ${what}`, () => {
      const warnings = warningsOf(options);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(warning);
    });
  }

  it('names a provider of the user’s own as it was read, once', () => {
    let isParsed = false;
    const own = {
      ...speaker('own'),
      get name(): string {
        if (isParsed) throw new Error('read once more');
        return 'own';
      },
    };
    const options = { fallback: [{ type: 'text' }, own] };
    const { plain } = takeApart(options);
    const configuration = parseOptions(options);
    isParsed = true;
    expect(
      setupWarnings(plain, configuration)
        .map(({ message }) => message)
        .join(),
    ).to.contain('"own"');
  });

  it('has nothing to say about what is meant', () => {
    const good: object[] = [
      {},
      remote({}),
      remote({ baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-a' }),
      remote({ baseUrl: 'https://gateway.example/v1/openai', tls: {} }),
      remote({ baseUrl: 'https://api.example/openai/v1/', headers: { Authorization: 'Bearer sk-a' } }),
      remote({ timeout: { connect: 10, firstByte: 8_000 }, bulkhead: { maxWait: 1 } }),
      { fallback: [speaker('own'), { type: 'local' }, { type: 'text' }], get: true, cache: { ttl: 1_000 } },
      { cache: false, alerts: {}, deadline: 500 },
      { fallback: [{ type: 'text' }] },
    ];
    for (const options of good) expect(warningsOf(options), JSON.stringify(options)).to.deep.equal([]);
  });
});
