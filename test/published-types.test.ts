import { expect } from 'chai';
import { configurationSchema } from '../lib/config/json-schema.js';
import { readPublished, type Shown } from './support/published-types.js';

interface Node {
  readonly default?: unknown;
  readonly const?: unknown;
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: Node[];
  readonly oneOf?: Node[];
}

/** Defaults that are no value, as they depend on the machine or on something else. The comment says them in words. */
const IN_WORDS = ['fallback[remote].pool.maxSockets', 'fallback[local].workers', 'logger'];

/** A text entry takes these and ignores them, so that they have no default there. */
const IGNORED = /^fallback\[text\]\.(?:circuitBreaker|bulkhead|retry|health)\b/;

describe('the published types', () => {
  let shown: readonly Shown[];
  before(() => {
    shown = readPublished('index');
  });

  const at = (path: string): Shown => {
    const found = shown.find((each) => each.path === path);
    if (found === undefined) throw new Error(`nothing is published at ${path}`);
    return found;
  };
  const below = (name: string): string[] =>
    shown.filter(({ path }) => path.startsWith(`${name}.`)).map(({ path }) => path.slice(name.length + 1));

  it('show a text in an editor for each name that can be written', () => {
    expect(shown.filter(({ text }) => text === '').map(({ path }) => path)).to.deep.equal([]);
  });

  it('show one for each name of the browser’s client as well', () => {
    const client = readPublished('client/index', 'lib/client/tsconfig.json');
    expect(client.length).to.be.above(50);
    expect(client.filter(({ text }) => text === '').map(({ path }) => path)).to.deep.equal([]);
  });

  it('show one for each name of the guards', () => {
    const guards = readPublished('resilience/index');
    // What is private has no name outside, and an error's `name` is that of its class.
    const found = guards.filter(({ path }) => !/#private$|Error\.name$/.test(path));
    expect(found.map(({ path }) => path)).to.include.members([
      'GuardSettings.circuitBreaker.openFor',
      'GuardSettings.adaptive.lateAfter',
      'FallbackRun.onAttempt',
      'DEFAULTS.bulkhead.maxQueue',
    ]);
    expect(found.filter(({ text }) => text === '').map(({ path }) => path)).to.deep.equal([]);
  });

  it('lead to all options, events, results and errors, nested ones too', () => {
    expect(below('RemoteEntry')).to.include.members(['apiKey.env', 'circuitBreaker.openFor', 'health.path', 'tls.ca']);
    expect(below('LocalEntry')).to.include.members(['engine.module', 'command.args', 'bulkhead.maxWait', 'workers']);
    expect(below('TextEntry')).to.include.members(['status', 'name', 'retry', 'health.speak']);
    expect(below('SpeechGuards')).to.include.members(['circuitBreaker.consecutive', 'retry.budget', 'health.interval']);
    expect(below('SpeechRouterOptions')).to.include.members(['alerts.webhook.env', 'fallback[remote].timeout.idle']);
    expect(below('SpeechAdminOptions')).to.include.members(['authorize', 'challenge']);
    expect(below('SpeechEventMap')).to.include.members(['attempt.committed', 'health.ms', 'request.cache', 'alert.at']);
    expect(below('SpeechStatus')).to.include.members(['providers[].lastError.reason', 'providers[].lastCheck.ok']);
    expect(below('Verification')).to.include.members(['steps[].hint', 'found.firstByte']);
    expect(below('SpeechProvider')).to.include.members(['capabilities.marks', 'synthesize', 'check', 'close']);
    expect(below('SpeechResult')).to.include.members(['stream', 'status', 'allowance.resetsIn']);
    expect(below('SpeechError')).to.include.members(['retryAfter', 'is', 'from']);
  });

  it('say what each word means where there are several', () => {
    for (const name of [
      'SpeechErrorCode',
      'SpeechWarning',
      'SpeechAlertKind',
      'VerificationStepName',
      'CheckFinding',
    ]) {
      const { text, words } = at(name);
      expect(words.length, name).to.be.above(2);
      for (const word of words) expect(text, name).to.contain(`\`${word}\``);
    }
    expect(at('SpeechErrorCode').text).to.contain('`status.NNN`');
  });

  it('name the default of each option that has one, and no other', () => {
    // What a gateway is told is for its command, and not for code.
    const isForCode = ([path]: [string, unknown]): boolean => !IGNORED.test(path) && !path.startsWith('gateway.');
    const expected = new Map(defaultsIn(configurationSchema()).filter(isForCode));
    const prefix = 'SpeechRouterOptions.';
    const named = shown
      .filter(({ path, standard }) => path.startsWith(prefix) && standard !== undefined)
      .map(({ path, standard = '' }): [string, string] => [path.slice(prefix.length), standard])
      .filter(([path]) => !path.includes('()') && !IGNORED.test(path) && !IN_WORDS.includes(path));
    const given = named
      .filter(([path]) => !path.startsWith('fallback[].'))
      .map(([path, standard]) => [path, valueOf(standard)] as const);
    const lines = (defaults: Iterable<readonly [string, unknown]>): string[] =>
      [...defaults].map(([path, value]) => `${path} = ${JSON.stringify(value)}`).sort();
    expect(lines(given)).to.deep.equal(lines(expected));
    for (const path of IN_WORDS) expect(at(`${prefix}${path}`).standard, path).to.match(/\w+ \w+/);
  });

  it('name those of the guards around a provider of the user’s own as well', () => {
    const guards = (name: string): (readonly [string, string | undefined])[] =>
      below(name)
        .filter((path) => /^(?:circuitBreaker|bulkhead|retry|health)\b/.test(path))
        .map((path) => [path, at(`${name}.${path}`).standard]);
    expect(guards('SpeechGuards')).to.deep.equal(guards('LocalEntry'));
  });
});

/** Reads a value as it is written in code. */
function valueOf(written: string): unknown {
  const json = written
    .replace(/(?<=\d)_(?=\d)/g, '')
    .replaceAll("'", '"')
    .replace(/(?<=[{,] )(\w+):/g, '"$1":');
  try {
    return JSON.parse(json);
  } catch {
    return `not a value: ${written}`;
  }
}

/** Finds the options that have a default, with it. */
function defaultsIn({ properties = {}, items, anyOf = [], oneOf = [] }: Node, path = ''): [string, unknown][] {
  return [
    ...Object.entries(properties).flatMap(([key, property]): [string, unknown][] => {
      const inside = path === '' ? key : `${path}.${key}`;
      return [
        ...(property.default === undefined ? [] : [[inside, property.default] as [string, unknown]]),
        ...defaultsIn(property, inside),
      ];
    }),
    ...(items === undefined ? [] : defaultsIn(items, path)),
    ...anyOf.flatMap((form) => defaultsIn(form, path)),
    ...oneOf.flatMap((form) => defaultsIn(form, `${path}[${String(form.properties?.['type']?.const)}]`)),
  ];
}
