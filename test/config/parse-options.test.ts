import { expect } from 'chai';
import { parseOptions } from '../../lib/config/parse-options.js';
import { takeApart } from '../../lib/config/plain-options.js';
import { SpeechOptionsError } from '../../lib/options/options-error.js';
import type { SpeechProvider } from '../../lib/speech/provider.js';

const BASE_URL = 'http://127.0.0.1:8880/v1';

function problemsOf(options: unknown): string[] {
  try {
    parseOptions(options);
  } catch (error) {
    if (error instanceof SpeechOptionsError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

function problemOf(entry: object): string | undefined {
  return problemsOf({ fallback: [entry] })[0];
}

describe('parseOptions', () => {
  it('speaks locally and falls back to text when nothing is said', () => {
    const { fallback, deadline, maxInput, bodyLimit, maxConcurrent, get, cache, prepare, errors } =
      parseOptions(undefined);
    expect(fallback.map(({ type }) => type)).to.deep.equal(['local', 'text']);
    expect({ deadline, maxInput, bodyLimit, maxConcurrent, get, cache, prepare, errors }).to.deep.equal({
      deadline: 10_000,
      maxInput: 4_096,
      bodyLimit: 65_536,
      maxConcurrent: 64,
      get: false,
      cache: { maxBytes: 67_108_864, ttl: 86_400_000 },
      prepare: 'markdown',
      errors: 'reply',
    });
  });

  it('completes a remote with every default of the contract, key by key', () => {
    const entry = { type: 'remote', baseUrl: `${BASE_URL}/`, timeout: { connect: 500 }, health: { path: '/health' } };
    const [remote] = parseOptions({ fallback: [entry] }).fallback;
    expect(remote).to.deep.equal({
      type: 'remote',
      guards: {
        circuitBreaker: { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 },
        bulkhead: { maxConcurrent: 10, maxQueue: 20, maxWait: 500 },
        retry: { limit: 1, budget: 0.1 },
        health: { interval: 10_000, timeout: 2_000, path: '/health', speak: false },
      },
      options: {
        name: 'remote',
        baseUrl: BASE_URL,
        healthPath: '/health',
        healthSpeaks: false,
        headers: {},
        voices: {},
        ssml: false,
        marks: ['pronunciation'],
        formats: ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'],
        pcm: { sampleRate: 24_000, channels: 1 },
        timeout: {
          lookup: 1_000,
          connect: 500,
          secureConnect: 2_000,
          send: 5_000,
          firstByte: 5_000,
          idle: 10_000,
          total: 120_000,
        },
        pool: { maxSockets: 20, keepAlive: 4_000 },
        maxBytes: 26_214_400,
      },
    });
  });

  it('freezes what it returns, and does not freeze or keep what it was given', () => {
    const voices = { alloy: 'af_bella' };
    const configuration = parseOptions({ fallback: [{ type: 'remote', baseUrl: BASE_URL, voices }] });
    const [remote] = configuration.fallback;
    expect(Object.isFrozen(configuration)).to.equal(true);
    expect(remote?.type === 'remote' && Object.isFrozen(remote.options.timeout)).to.equal(true);
    voices.alloy = 'changed';
    expect(remote?.type === 'remote' && remote.options.voices).to.deep.equal({ alloy: 'af_bella' });
  });

  it('takes a provider of the user’s own as it is', () => {
    const provider: SpeechProvider = { name: 'own', type: 'tape', synthesize: () => Promise.reject(new Error('no')) };
    const [entry] = parseOptions({ fallback: [provider] }).fallback;
    expect(entry?.type === 'custom' && entry.provider).to.equal(provider);
    expect(Object.isFrozen(provider)).to.equal(false);
  });

  it('takes guards beside the methods of a provider of the user’s own, and completes them', () => {
    class Tape implements SpeechProvider {
      readonly name = 'own';
      readonly type = 'tape';
      readonly bulkhead = { maxConcurrent: 3 };
      readonly health = false;
      synthesize = (): Promise<never> => Promise.reject(new Error('no'));
    }
    const [entry] = parseOptions({ fallback: [new Tape()] }).fallback;
    expect(entry?.guards.bulkhead).to.deep.equal({ maxConcurrent: 3, maxQueue: 20, maxWait: 500 });
    expect(entry?.guards.health).to.equal(false);
    expect(entry?.guards.circuitBreaker.consecutive).to.equal(5);
  });

  it('gives a remote twice the sockets that its bulkhead lets through, twenty at the least, or as many as are asked for', () => {
    const sockets = (entry: object): unknown => {
      const [remote] = parseOptions({ fallback: [{ type: 'remote', baseUrl: BASE_URL, ...entry }] }).fallback;
      return remote?.type === 'remote' && remote.options.pool.maxSockets;
    };
    expect(sockets({ bulkhead: { maxConcurrent: 4 } })).to.equal(20);
    expect(sockets({ bulkhead: { maxConcurrent: 64 } })).to.equal(128);
    expect(sockets({ bulkhead: { maxConcurrent: 64 }, pool: { maxSockets: 8 } })).to.equal(8);
  });

  it('takes a key from the environment, and refuses a variable that is not set', () => {
    process.env['EXPRESS_SPEECH_TEST_KEY'] = 'from-environment';
    try {
      const entry = { type: 'remote', baseUrl: BASE_URL, apiKey: { env: 'EXPRESS_SPEECH_TEST_KEY' } };
      const [remote] = parseOptions({ fallback: [entry] }).fallback;
      expect(remote?.type === 'remote' && remote.options.apiKey).to.equal('from-environment');
    } finally {
      delete process.env['EXPRESS_SPEECH_TEST_KEY'];
    }
    expect(problemOf({ type: 'remote', baseUrl: BASE_URL, apiKey: { env: 'EXPRESS_SPEECH_TEST_KEY' } })).to.equal(
      'fallback[0].apiKey.env: this environment variable is not set',
    );
  });

  const refused: [string, unknown, string][] = [
    ['an unknown key', { deadlin: 5 }, ': unknown key "deadlin"; did you mean "deadline"?'],
    [
      'an unknown key deep down',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, timeout: { conect: 1 } }] },
      'fallback[0].timeout: unknown key "conect"; did you mean "connect"?',
    ],
    [
      'a key in another spelling',
      { fallback: [{ type: 'remote', baseURL: BASE_URL }] },
      'fallback[0]: unknown key "baseURL"; did you mean "baseUrl"?',
    ],
    [
      'a mistyped type',
      { fallback: [{ type: 'remot' }] },
      'fallback[0].type: expected "remote", "local" or "text", or a provider object with synthesize(); did you mean "remote"?',
    ],
    ['a word for a number', { deadline: '5s' }, 'deadline: expected a whole number of milliseconds from 1 to 3600000'],
    ['a negative time', { deadline: -1 }, 'deadline: expected a whole number of milliseconds from 1 to 3600000'],
    ['no number', { maxInput: Number.NaN }, 'maxInput: expected a whole number of characters from 1 to 1000000'],
    ['an empty chain', { fallback: [] }, 'fallback: expected at least one provider'],
    ['nine providers', { fallback: Array(9).fill({ type: 'text' }) }, 'fallback: expected at most 8 providers'],
    [
      'two of a name',
      { fallback: [{ type: 'text' }, { type: 'text' }] },
      'fallback[1].name: another provider is called "text" already; give each a name of its own',
    ],
    [
      'a name that breaks a header',
      { fallback: [{ type: 'text', name: 'a\r\nb' }] },
      'fallback[0].name: expected a name of 1 to 64 letters, digits, dots, dashes and underscores',
    ],
    ['a cache that is neither', { cache: true }, 'cache: expected false, or an object such as { maxBytes: 67108864 }'],
    [
      'a misspelt limit of the cache',
      { cache: { maxByte: 1 } },
      'cache: unknown key "maxByte"; did you mean "maxBytes"?',
    ],
    [
      'audio that is kept for no time',
      { cache: { ttl: 0 } },
      'cache.ttl: expected a whole number of milliseconds from 1 to 31536000000',
    ],
    ['a word for get', { get: 'yes' }, 'get: expected true or false'],
    [
      'a way to prepare that is nearly one',
      { prepare: 'markdwon' },
      'prepare: expected "markdown", "none" or a function; did you mean "markdown"?',
    ],
    ['a way to prepare that is none', { prepare: true }, 'prepare: expected "markdown", "none" or a function'],
    ['a register that is none', { metrics: { register: {} } }, 'metrics.register: expected a registry of prom-client'],
    [
      'a webhook without a scheme',
      { alerts: { webhook: 'hooks.example/SECRET' } },
      'alerts.webhook: expected an address that begins with http:// or https://',
    ],
    [
      'a webhook from a variable that is not set',
      { alerts: { webhook: { env: 'NO_SUCH_VARIABLE' } } },
      'alerts.webhook.env: this environment variable is not set',
    ],
    [
      'a misspelt interval',
      { alerts: { minIntervall: 1 } },
      'alerts: unknown key "minIntervall"; did you mean "minInterval"?',
    ],
    [
      'half a logger',
      { logger: { info: () => undefined } },
      'logger: expected an object with the methods debug, info, warn and error, or false',
    ],
    ['a status that is none', { fallback: [{ type: 'text', status: 500 }] }, 'fallback[0].status: expected 200 or 503'],
    [
      'an engine of another name',
      { fallback: [{ type: 'local', engine: 'sam' }] },
      'fallback[0].engine: expected "embedded", "espeak-ng", "piper" or { module }',
    ],
    [
      'an engine that is nearly one',
      { fallback: [{ type: 'local', engine: 'embeded' }] },
      'fallback[0].engine: expected "embedded", "espeak-ng", "piper" or { module }; did you mean "embedded"?',
    ],
    [
      'a key deep in one of two forms',
      { fallback: [{ type: 'local', engine: { modul: 'a' } }] },
      'fallback[0].engine: unknown key "modul"; did you mean "module"?',
    ],
    [
      'health that is neither',
      { fallback: [{ type: 'local', health: true }] },
      'fallback[0].health: expected false, or an object such as { interval: 10000 }',
    ],
    [
      'an interval in words',
      { fallback: [{ type: 'local', health: { interval: 'often' } }] },
      'fallback[0].health.interval: expected a whole number of milliseconds from 1 to 3600000',
    ],
    [
      'more than one retry',
      { fallback: [{ type: 'local', retry: { limit: 2 } }] },
      'fallback[0].retry.limit: expected a whole number of retries from 0 to 1',
    ],
    [
      'a share above one',
      { fallback: [{ type: 'local', circuitBreaker: { rate: 50 } }] },
      'fallback[0].circuitBreaker.rate: expected a share of failures from 0 to 1',
    ],
    [
      'a misspelt guard of the user’s own provider',
      { fallback: [{ name: 'own', type: 'tape', synthesize: () => undefined, bulkhead: { maxConcurent: 1 } }] },
      'fallback[0].bulkhead: unknown key "maxConcurent"; did you mean "maxConcurrent"?',
    ],
    [
      'the second of a name behind one that is wrong',
      { fallback: [{ type: 'text' }, { type: 'bad' }, { type: 'text' }] },
      'fallback[2].name: another provider is called "text" already; give each a name of its own',
    ],
    [
      'a key from a variable that was read and is not set',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, apiKey: undefined }] },
      'fallback[0].apiKey: expected a string or { env: "NAME" }, and got undefined: the variable that it comes from is probably not set; leave the key out where none is wanted',
    ],
    [
      'a key with its scheme',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, apiKey: 'Bearer sk-a' }] },
      'fallback[0].apiKey: expected the key alone; "Bearer" is put before it when it is sent',
    ],
    [
      'a header with the key of a variable that is not set',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, headers: { Authorization: 'Bearer undefined' } }] },
      'fallback[0].headers.Authorization: there is no key in it; the variable that it comes from is probably not set',
    ],
    [
      'piper without a voice',
      { fallback: [{ type: 'local', engine: 'piper' }] },
      'fallback[0].voice: expected the path of a voice’s .onnx file, which piper cannot do without',
    ],
    [
      'a certificate that is none',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, tls: { ca: 5 } }] },
      'fallback[0].tls.ca: expected a certificate or key as PEM text',
    ],
    ...['content-length', 'Host', 'Transfer-Encoding', 'bad name'].map((name): [string, unknown, string] => [
      `the header ${name}`,
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, headers: { [name]: '5' } }] },
      `fallback[0].headers.${name}: expected a name of a header, and none of connection, content-length, expect, host, te, trailer, transfer-encoding, upgrade`,
    ]),
    ...['localhost', '10.0.0.0/99', '10.0.0.0/', ''].map((range): [string, unknown, string] => [
      `the range “${range}”`,
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, allowAddresses: [range] }] },
      'fallback[0].allowAddresses[0]: expected an address or a range such as "10.0.0.0/8"',
    ]),
    [
      'no range at all',
      { fallback: [{ type: 'remote', baseUrl: BASE_URL, allowAddresses: [] }] },
      'fallback[0].allowAddresses: expected at least one address or range, or no such option',
    ],
    ['options that are no object', 'local', ': expected an object with named options'],
    [
      'null',
      { fallback: [null] },
      'fallback[0].type: expected "remote", "local" or "text", or a provider object with synthesize()',
    ],
  ];
  for (const [what, options, message] of refused) {
    it(`refuses ${what}, saying where and what was expected`, () => {
      expect(problemsOf(options).map((problem) => problem.split('; the keys are')[0])).to.include(message);
    });
  }

  it('refuses an object of the user’s own that cannot be read, and does so with words', () => {
    const throws = (): never => {
      throw new Error('a bug');
    };
    const own = { name: 'own', type: 'tape', synthesize: throws };
    for (const member of ['name', 'type', 'bulkhead', 'synthesize']) {
      const problem = problemOf(Object.defineProperty({ ...own }, member, { get: throws }));
      expect(problem, member).to.match(/^fallback\[0\](\.type)?: (this cannot be read|expected "remote")/);
    }
    expect(problemOf(new Proxy(own, { get: throws, has: throws }))).to.match(/^fallback\[0\]: this cannot be read/);
    expect(
      problemOf({
        ...own,
        bulkhead: {
          get maxConcurrent() {
            return throws();
          },
        },
      }),
    ).to.match(/cannot be read/);
    expect(
      problemsOf({
        logger: {
          get debug() {
            return throws();
          },
        },
      })[0],
    ).to.match(/^logger: expected an object with/);
    const register = {
      get registerMetric() {
        return throws();
      },
    };
    expect(problemsOf({ metrics: { register } })[0]).to.match(/^metrics\.register: expected a registry/);
  });

  it('reads a name once, as it may be another one the next time', () => {
    let reads = 0;
    const own: SpeechProvider = {
      get name() {
        reads += 1;
        return `name-${String(reads)}`;
      },
      type: 'tape',
      synthesize: () => Promise.reject(new Error('no')),
    };
    expect(parseOptions({ fallback: [own] }).fallback[0]).to.include({ type: 'custom', name: 'name-1', kind: 'tape' });
  });

  it('freezes all of it, and nothing of the user’s own', () => {
    const own = { name: 'own', type: 'tape', more: { a: 1 }, synthesize: () => Promise.reject(new Error('no')) };
    const [entry] = parseOptions({ fallback: [own] }).fallback;
    expect(Object.isFrozen(entry) && Object.isFrozen(entry?.guards)).to.equal(true);
    expect(Object.isFrozen(own) || Object.isFrozen(own.more)).to.equal(false);
  });

  it('completes the cache, and takes it for switched off', () => {
    expect(parseOptions({ cache: { ttl: 5_000 } }).cache).to.deep.equal({ maxBytes: 67_108_864, ttl: 5_000 });
    expect(parseOptions({ cache: false }).cache).to.equal(false);
  });

  it('has the same revision for the same options, and another one for others', () => {
    const own: SpeechProvider = { name: 'own', type: 'tape', synthesize: () => Promise.reject(new Error('no')) };
    const options = { fallback: [own, { type: 'text' }], deadline: 5_000 };
    const { revision } = parseOptions(options);
    expect(revision).to.match(/^[0-9a-f]{16}$/);
    expect(parseOptions({ ...options, configFile: 'speech.json' }).revision).to.equal(revision);
    expect(parseOptions({ ...options, deadline: 5_001 }).revision).not.to.equal(revision);
    expect(parseOptions({ fallback: [{ type: 'text' }, own], deadline: 5_000 }).revision).not.to.equal(revision);
  });

  it('takes a function that makes texts ready, as it is', () => {
    const prepare = (input: string): string => input.trim();
    expect(parseOptions({ prepare }).prepare).to.equal(prepare);
    expect(parseOptions({ prepare: 'none' }).prepare).to.equal('none');
  });

  it('completes alerts, and takes the register as it is', () => {
    const register = {
      registerMetric: () => undefined,
      getSingleMetric: () => undefined,
      removeSingleMetric: () => undefined,
    };
    const { alerts, metrics } = parseOptions({
      alerts: { webhook: 'https://hooks.example/x?y=z' },
      metrics: { register },
    });
    expect(alerts).to.deep.equal({ webhook: 'https://hooks.example/x?y=z', headers: {}, minInterval: 300_000 });
    expect(metrics?.register).to.equal(register);
    expect(parseOptions({}).alerts).to.equal(undefined);
  });

  it('says how long sound is held', () => {
    expect(parseOptions({}).hold).to.equal(500);
    for (const hold of [0, 1, 3_600_000, Infinity]) expect(parseOptions({ hold }).hold).to.equal(hold);
    expect(parseOptions({ hold: 'whole' }).hold).to.equal(Infinity);
    for (const hold of [-1, 0.5, 3_600_001, Number.NaN, -Infinity, 'for ever', true, null]) {
      const [problem] = problemsOf({ hold });
      expect(problem, String(hold)).to.match(/^hold: expected a whole number of milliseconds from 0 to 3600000/);
    }
  });

  it('says in a file what code says with a number that JSON has not got', () => {
    expect(takeApart({ hold: Infinity }).plain).to.deep.equal({ hold: 'whole' });
    expect(takeApart({ hold: 300 }).plain).to.deep.equal({ hold: 300 });
    expect(parseOptions({ hold: Infinity }).revision).to.equal(parseOptions({ hold: 'whole' }).revision);
    expect(parseOptions({ hold: Infinity }).revision).not.to.equal(parseOptions({}).revision);
  });

  it('says how text is cut', () => {
    expect(parseOptions({}).segments).to.deep.equal({ ahead: 2, minChars: 25, maxChars: 300 });
    expect(parseOptions({ segments: { ahead: 1 } }).segments).to.deep.equal({ ahead: 1, minChars: 25, maxChars: 300 });
    expect(parseOptions({ segments: false }).segments).to.equal(false);
    expect(problemsOf({ segments: true })[0]).to.match(/^segments: expected false, or an object/);
    expect(problemsOf({ segments: { minChars: 400 } })[0]).to.match(
      /^segments\.minChars: expected no more than maxChars/,
    );
    expect(problemsOf({ segments: { maxchars: 400 } })[0]).to.match(/^segments: unknown key.*did you mean "maxChars"/);
  });

  const addresses: [string, RegExp][] = [
    ['127.0.0.1:8880/v1', /begins with http:\/\/ or https:\/\//],
    ['localhost:8880', /begins with http:\/\/ or https:\/\//],
    ['ftp://127.0.0.1/v1', /begins with http/],
    ['http://', /with a host/],
    ['http://127.0.0.1:0/v1', /port must be a number from 1 to 65535/],
    ['http://127.0.0.1:99999/v1', /port must be a number from 1 to 65535/],
    ['http://127.0.0.1:88o0/v1', /port must be a number from 1 to 65535/],
    ['http://user:secret@127.0.0.1:8880/v1', /credentials do not belong/],
    ['http://user:secret@tts/v1', /credentials do not belong/],
    ['http://127.0.0.1:8880/v1?key=secret', /query/],
    ['http://127.0.0.1:8880/v1/audio/speech', /without \/audio\/speech/],
  ];
  for (const [baseUrl, message] of addresses) {
    it(`refuses the address ${baseUrl} without repeating it`, () => {
      const problem = problemOf({ type: 'remote', baseUrl });
      expect(problem).to.match(/^fallback\[0\]\.baseUrl: /);
      expect(problem).to.match(message);
      expect(problem).not.to.contain('secret');
    });
  }

  for (const baseUrl of [
    'http://localhost:8880/v1',
    'https://[::1]:8443/v1',
    'http://tts',
    'https://api.openai.com/v1/',
  ]) {
    it(`takes the address ${baseUrl}`, () => {
      expect(problemOf({ type: 'remote', baseUrl })).to.equal(undefined);
    });
  }

  it('names every problem at once, in one error with a stable code', () => {
    const options = { fallback: [{ type: 'remote' }, { type: 'text', status: 1 }] };
    expect(problemsOf(options)).to.have.length(2);
    expect(() => parseOptions(options))
      .to.throw(SpeechOptionsError)
      .with.property('code', 'ERR_SPEECH_OPTIONS');
  });
});
