import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { readSettings, underTheirNames, type Settings } from '../../lib/gateway/read-settings.js';
import { SpeechOptionsError, type OptionsProblem } from '../../lib/options/options-error.js';
import { makeFolder, type Folder } from '../support/folder.js';

const KEY = 'a-key-of-the-gateway';

interface Sources {
  readonly flags?: Record<string, unknown>;
  readonly environment?: Record<string, string>;
  readonly configFile?: string;
}

function read({ flags = {}, environment = {}, configFile }: Sources = {}): Settings {
  return readSettings({ flags, environment, configFile });
}

function problemsOf(sources: Sources): readonly OptionsProblem[] {
  try {
    read(sources);
  } catch (error) {
    if (error instanceof SpeechOptionsError) return error.problems;
    throw error;
  }
  throw new Error('these settings were taken');
}

describe('the settings of a gateway', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  function file(content: unknown): string {
    const path = folder.path('speech.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  }

  it('are complete without anything said', () => {
    const { gateway, speech, overruled } = read();
    expect(gateway).to.deep.equal({
      port: 8_080,
      host: '0.0.0.0',
      apiKeys: [],
      publicLists: false,
      trustProxy: false,
      rateLimit: { window: 60_000, requests: 300, bytes: 262_144 },
      corsOrigins: [],
      metrics: true,
      logLevel: 'info',
      drain: 0,
      tts: {},
      fallbackStatus: 503,
    });
    expect(speech).to.deep.equal({ fallback: [{ type: 'local' }, { type: 'text', status: 503 }] });
    expect(overruled).to.deep.equal([]);
  });

  it('make a chain of a speech server, with its key by name', () => {
    const environment = { TTS_URL: 'http://tts/v1', TTS_API_KEY: 'sk-1', TTS_MODEL: 'kokoro', TTS_VOICE: 'af' };
    expect(read({ environment: { ...environment, FALLBACK_STATUS: '200' } }).speech).to.deep.equal({
      fallback: [
        { type: 'remote', baseUrl: 'http://tts/v1', apiKey: { env: 'TTS_API_KEY' }, model: 'kokoro', voice: 'af' },
        { type: 'local' },
        { type: 'text', status: 200 },
      ],
    });
  });

  it('take an empty variable for one that nobody has set', () => {
    expect(read({ environment: { PORT: '', ADMIN_PASSWORD: '', TTS_URL: '' } })).to.deep.equal(read());
  });

  it('of the gateway itself: a flag goes before a variable, and that before the file', () => {
    const configFile = file({ gateway: { port: 1, host: '127.0.0.1', drain: 5, rateLimit: { window: 7 } } });
    const environment = { PORT: '2', HOST: '::1' };
    const { gateway } = read({ flags: { port: '3', 'rate-limit-requests': '9' }, environment, configFile });
    const { port, host, drain, rateLimit } = gateway;
    expect({ port, host, drain, rateLimit }).to.deep.equal({
      port: 3,
      host: '::1',
      drain: 5,
      rateLimit: { window: 7, requests: 9, bytes: 262_144 },
    });
  });

  it('of speech: the file goes first, and what has no effect for that is told by its name', () => {
    const configFile = file({ deadline: 1_000, cache: { ttl: 5 } });
    const environment = { SPEECH_DEADLINE: '2000', SPEECH_MAX_INPUT: '50', SPEECH_CACHE_TTL: '6' };
    const { speech, overruled } = read({ flags: { deadline: '3000' }, environment, configFile });
    expect(speech).to.include({ configFile, maxInput: 50, deadline: 3_000 });
    expect(overruled).to.deep.equal([
      { path: '--deadline', message: 'the file has "deadline", which counts' },
      { path: 'SPEECH_CACHE_TTL', message: 'the file has "cache", which counts' },
    ]);
  });

  const texts: [variable: string, text: string, read: (settings: Settings) => unknown, value: unknown][] = [
    ['API_KEYS', `${KEY}, ${KEY}-2 ,`, ({ gateway }) => gateway.apiKeys, [KEY, `${KEY}-2`]],
    ['CORS_ORIGINS', '["https://a.example"]', ({ gateway }) => gateway.corsOrigins, ['https://a.example']],
    ['CORS_ORIGINS', '*', ({ gateway }) => gateway.corsOrigins, ['*']],
    ['TRUST_PROXY', 'true', ({ gateway }) => gateway.trustProxy, true],
    ['TRUST_PROXY', '2', ({ gateway }) => gateway.trustProxy, 2],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8', ({ gateway }) => gateway.trustProxy, 'loopback, 10.0.0.0/8'],
    ['ADMIN_PASSWORD', '1234567890', ({ gateway }) => gateway.adminPassword, '1234567890'],
    ['METRICS', 'false', ({ gateway }) => gateway.metrics, false],
    ['SPEECH_HOLD', 'whole', ({ speech }) => speech.hold, 'whole'],
    ['SPEECH_HOLD', '250', ({ speech }) => speech.hold, 250],
    ['SPEECH_CACHE', 'false', ({ speech }) => speech.cache, false],
    ['SPEECH_CACHE_MAX_BYTES', '1000', ({ speech }) => speech.cache, { maxBytes: 1_000 }],
    ['SPEECH_SEGMENTS_AHEAD', '3', ({ speech }) => speech.segments, { ahead: 3 }],
    ['SPEECH_FALLBACK', '[{"type":"text"}]', ({ speech }) => speech.fallback, [{ type: 'text' }]],
    [
      'SPEECH_ALERTS_WEBHOOK',
      'https://chat.example/x',
      ({ speech }) => speech.alerts?.webhook,
      'https://chat.example/x',
    ],
    ['SPEECH_ALERTS_HEADERS', '{"x-a":"b"}', ({ speech }) => speech.alerts?.headers, { 'x-a': 'b' }],
  ];
  for (const [variable, text, valueIn, value] of texts) {
    it(`reads ${variable}=${text}`, () => {
      expect(valueIn(read({ environment: { [variable]: text } }))).to.deep.equal(value);
    });
  }

  it('are refused under the names that they were given by, all at once and without quoting a secret', () => {
    const problems = problemsOf({
      flags: { port: '99999' },
      environment: { LOG_LEVEL: 'loud', API_KEYS: `${KEY},short`, ADMIN_PASSWORD: 'secret' },
    });
    expect(problems).to.deep.equal([
      { path: '--port', message: 'expected a port from 0 to 65535' },
      { path: 'API_KEYS[1]', message: 'expected 16 letters or more, without spaces and commas' },
      { path: 'ADMIN_PASSWORD', message: 'expected 8 letters or more' },
      { path: 'LOG_LEVEL', message: 'expected one of error, warn, info, debug' },
    ]);
    expect(JSON.stringify(problems)).not.to.match(/short|secret/);
  });

  it('take no origin that no browser would ever name', () => {
    for (const origin of [
      'chat.example',
      'https://chat.example/',
      'https://chat.example/chat',
      'ftp://chat.example',
      'https://',
    ]) {
      expect(problemsOf({ environment: { CORS_ORIGINS: origin } })[0]?.path, origin).to.equal('CORS_ORIGINS[0]');
    }
  });

  it('have the problems of the router renamed by the nearest name', () => {
    const names = new Map([
      ['deadline', 'SPEECH_DEADLINE'],
      ['fallback', '--fallback'],
    ]);
    const paths = ['deadline', 'deadlines', 'fallback[0].type', ''].map((path) => ({ path, message: 'm' }));
    expect(underTheirNames(paths, names).map(({ path }) => path)).to.deep.equal([
      'SPEECH_DEADLINE',
      'deadlines',
      '--fallback[0].type',
      '',
    ]);
  });

  it('are taken from a file that comes later, and not from one that cannot be read', () => {
    const configFile = folder.path('later.json');
    expect(read({ configFile }).speech).to.include({ configFile });
    expect(problemsOf({ configFile: folder.path('.') })).to.deep.equal([
      { path: 'config', message: 'the file cannot be read: EISDIR' },
    ]);
  });

  it('find what is wrong in the file’s own part', () => {
    expect(problemsOf({ configFile: file({ gateway: { prt: 1 } }) })[0]?.message).to.match(
      /unknown key "prt"; did you mean "port"/,
    );
  });
});
