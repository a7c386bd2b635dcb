import type { z } from 'zod';
import { NAME_ERROR, NAME_SCHEMA } from '../options/names.js';
import { nearMiss, pathToString, SpeechOptionsError, type OptionsProblem } from '../options/options-error.js';
import { problemsOf } from '../options/problems-of.js';
import type { LocalOptions } from '../providers/local/options.js';
import type { RemoteOptions } from '../providers/remote/options.js';
import type { TextOptions } from '../providers/text.js';
import { isProvider, type SpeechProvider } from '../speech/provider.js';
import type { ObserverSettings } from '../telemetry/observer.js';
import { fingerprint } from './config-file.js';
import { GUARDS_SCHEMA, type GuardsConfiguration, type SpeechGuards } from './guard-options.js';
import { holdOf } from './hold-option.js';
import { isLogger, OPTIONS_SCHEMA } from './options.js';
import { takeApart } from './plain-options.js';
import { ENTRY_SCHEMAS } from './provider-options.js';

/** One entry of the fallback chain with every default filled in. */
export type ProviderConfiguration = { readonly guards: GuardsConfiguration } & (
  | { readonly type: 'remote'; readonly options: RemoteOptions }
  | { readonly type: 'local'; readonly options: LocalOptions }
  | { readonly type: 'text'; readonly options: TextOptions }
  | { readonly type: 'custom'; readonly provider: SpeechProvider; readonly name: string; readonly kind: string }
);

/** An entry that is an object of the user's own, with what it said of itself when it was read. */
export type CustomConfiguration = Extract<ProviderConfiguration, { readonly type: 'custom' }>;

/** What is read further before the router works with it, or is another room's to describe. */
type ReadFurther = 'fallback' | 'hold' | keyof ObserverSettings;

/** The options as the router works with them: checked, complete and frozen. */
export interface Configuration extends ObserverSettings, Readonly<Omit<z.output<typeof OPTIONS_SCHEMA>, ReadFurther>> {
  /** A fingerprint of what a file could say of it. */
  readonly revision: string;
  readonly fallback: readonly ProviderConfiguration[];
  /** Milliseconds for which sound is held to become whole; Infinity until it is. */
  readonly hold: number;
}

/**
 * Checks options and fills in the defaults, key by key.
 *
 * @throws {SpeechOptionsError} with every problem at once
 */
export function parseOptions(given: unknown): Configuration {
  const parsed = OPTIONS_SCHEMA.safeParse(given ?? {});
  if (!parsed.success) throw new SpeechOptionsError(problemsOf(parsed.error, []));
  const problems: OptionsProblem[] = [];
  const entries = parsed.data.fallback.map((entry, index) => parseEntry(entry, ['fallback', index], problems));
  problems.push(...duplicateNames(entries));
  if (problems.length > 0) throw new SpeechOptionsError(problems);
  const fallback = entries.filter((entry) => entry !== undefined);
  const { hold, metrics, alerts, ...options } = parsed.data;
  const revision = fingerprint(JSON.stringify(takeApart(given ?? {}).plain));
  return deepFreeze({
    ...options,
    revision,
    fallback,
    hold: holdOf(hold),
    metrics,
    alerts: alerts && withoutUndefined(alerts),
  });
}

/**
 * Checks one entry of `fallback` by itself; the paths of its problems begin in it.
 *
 * @throws {SpeechOptionsError} with every problem at once
 */
export function parseProviderEntry(entry: unknown): ProviderConfiguration {
  const problems: OptionsProblem[] = [];
  const parsed = parseEntry(entry, [], problems);
  if (parsed === undefined) throw new SpeechOptionsError(problems);
  return deepFreeze(parsed);
}

function parseEntry(
  entry: unknown,
  path: readonly PropertyKey[],
  problems: OptionsProblem[],
): ProviderConfiguration | undefined {
  try {
    return isProvider(entry) ? parseProvider(entry, path, problems) : parseBuiltIn(entry, path, problems);
  } catch {
    // What is an object of the user's own may have getters of its own.
    problems.push({ path: pathToString(path), message: 'this cannot be read, as something in it throws' });
    return undefined;
  }
}

function parseBuiltIn(
  entry: unknown,
  path: readonly PropertyKey[],
  problems: OptionsProblem[],
): ProviderConfiguration | undefined {
  const type = typeof entry === 'object' && entry !== null && 'type' in entry ? entry.type : undefined;
  if (type !== 'remote' && type !== 'local' && type !== 'text') {
    const hint = typeof type === 'string' ? nearMiss(type, Object.keys(ENTRY_SCHEMAS)) : '';
    const message = `expected "remote", "local" or "text", or a provider object with synthesize()${hint}`;
    problems.push({ path: pathToString([...path, 'type']), message });
    return undefined;
  }
  const parsed = ENTRY_SCHEMAS[type].safeParse(entry);
  if (parsed.success) return toConfiguration(parsed.data);
  problems.push(...problemsOf(parsed.error, path));
  return undefined;
}

/** Takes the guards out of an entry; all else is the provider's. */
function toConfiguration(entry: z.output<(typeof ENTRY_SCHEMAS)['remote' | 'local' | 'text']>): ProviderConfiguration {
  const { circuitBreaker, bulkhead, retry, health } = entry;
  const guards = { circuitBreaker, bulkhead, retry, health };
  switch (entry.type) {
    case 'text':
      return { type: entry.type, guards, options: optionsOf(entry) };
    case 'local': {
      const { command, ...options } = optionsOf(entry);
      const known = { ...options, command: command && withoutUndefined(command), healthSpeaks: speaks(health) };
      return { type: entry.type, guards, options: withoutUndefined(known) };
    }
    case 'remote': {
      const { pool, tls, ...options } = optionsOf(entry);
      const known = {
        ...options,
        pool: { ...pool, maxSockets: pool.maxSockets ?? Math.max(20, 2 * bulkhead.maxConcurrent) },
        tls: tls && withoutUndefined(tls),
        healthPath: entry.health === false ? undefined : entry.health.path,
        healthSpeaks: speaks(health),
      };
      return { type: entry.type, guards, options: withoutUndefined(known) };
    }
  }
}

/** What is said of every provider, and is not for it to read. */
const AROUND = ['type', 'circuitBreaker', 'bulkhead', 'retry', 'health'] as const;

function optionsOf<Entry extends object>(entry: Entry): Omit<Entry, (typeof AROUND)[number]> {
  const isAround = (key: string): boolean => AROUND.some((name) => name === key);
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !isAround(key))) as Omit<
    Entry,
    (typeof AROUND)[number]
  >;
}

function speaks(health: GuardsConfiguration['health']): boolean {
  return health !== false && health.speak;
}

/** Reads what an object of the user's own says of itself, each member once, as a getter may say something else the next time. */
function parseProvider(
  provider: SpeechProvider & SpeechGuards,
  path: readonly PropertyKey[],
  problems: OptionsProblem[],
): CustomConfiguration | undefined {
  const { name, type: kind, circuitBreaker, bulkhead, retry, health } = provider;
  if (!NAME_SCHEMA.safeParse(name).success) {
    problems.push({ path: pathToString([...path, 'name']), message: NAME_ERROR });
    return undefined;
  }
  if (typeof kind !== 'string' || kind === '') {
    problems.push({ path: pathToString([...path, 'type']), message: 'expected a word for the kind of provider' });
    return undefined;
  }
  const guards = GUARDS_SCHEMA.safeParse({ circuitBreaker, bulkhead, retry, health });
  // Frozen here, so that whoever freezes all of it does not go on into the object.
  if (guards.success) return Object.freeze({ type: 'custom', guards: deepFreeze(guards.data), provider, name, kind });
  problems.push(...problemsOf(guards.error, path));
  return undefined;
}

function nameOf(entry: ProviderConfiguration): string {
  return entry.type === 'custom' ? entry.name : entry.options.name;
}

function duplicateNames(entries: readonly (ProviderConfiguration | undefined)[]): OptionsProblem[] {
  const seen = new Set<string>();
  const problems: OptionsProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue;
    const given = nameOf(entry);
    if (seen.has(given)) {
      const message = `another provider is called "${given}" already; give each a name of its own`;
      problems.push({ path: pathToString(['fallback', index, 'name']), message });
    }
    seen.add(given);
  }
  return problems;
}

type WithoutUndefined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Drops the keys whose value is undefined, so that a missing option is missing and not present and empty. */
function withoutUndefined<Value extends object>(value: Value): WithoutUndefined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as WithoutUndefined<Value>;
}

/** Freezes plain data all the way down; the user's own providers and logger are left as they are. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && isPlain(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || Array.isArray(value)) && !isProvider(value) && !isLogger(value);
}
