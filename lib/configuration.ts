import type { z } from 'zod';
import { nearMiss, pathToString, SpeechOptionsError, type OptionsProblem } from './options-error.js';
import { ENTRY_SCHEMAS, isLogger, NAME_ERROR, NAME_SCHEMA, OPTIONS_SCHEMA } from './options.js';
import type { LocalOptions } from './providers/local.js';
import type { RemoteOptions } from './providers/remote.js';
import type { TextOptions } from './providers/text.js';
import type { SpeechLogger, SpeechProvider } from './speech/provider.js';

/** How often and how patiently a provider is asked how it is. */
export interface HealthConfiguration {
  readonly interval: number;
  readonly timeout: number;
}

/** One entry of the fallback chain with every default filled in. */
export type ProviderConfiguration =
  | { readonly type: 'remote'; readonly health: HealthConfiguration | false; readonly options: RemoteOptions }
  | { readonly type: 'local'; readonly health: HealthConfiguration | false; readonly options: LocalOptions }
  | { readonly type: 'text'; readonly health: false; readonly options: TextOptions }
  | { readonly type: 'custom'; readonly health: HealthConfiguration | false; readonly provider: SpeechProvider };

/** The options as the router works with them: checked, complete and frozen. */
export interface Configuration {
  readonly fallback: readonly ProviderConfiguration[];
  readonly deadline: number;
  readonly maxInput: number;
  readonly bodyLimit: number;
  readonly maxConcurrent: number;
  readonly errors: 'reply' | 'next';
  readonly logger: SpeechLogger | undefined;
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
  const fallback: ProviderConfiguration[] = [];
  for (const [index, entry] of parsed.data.fallback.entries()) {
    const provider = parseEntry(entry, index, problems);
    if (provider !== undefined) fallback.push(provider);
  }
  problems.push(...duplicateNames(fallback));
  if (problems.length > 0) throw new SpeechOptionsError(problems);
  const { deadline, maxInput, bodyLimit, maxConcurrent, errors, logger } = parsed.data;
  return deepFreeze({ fallback, deadline, maxInput, bodyLimit, maxConcurrent, errors, logger });
}

function parseEntry(entry: unknown, index: number, problems: OptionsProblem[]): ProviderConfiguration | undefined {
  const path = ['fallback', index];
  if (isProvider(entry)) return parseProvider(entry, path, problems);
  const type = typeof entry === 'object' && entry !== null && 'type' in entry ? entry.type : undefined;
  if (type !== 'remote' && type !== 'local' && type !== 'text') {
    const hint = typeof type === 'string' ? nearMiss(type, Object.keys(ENTRY_SCHEMAS)) : '';
    const message = `expected "remote", "local" or "text", or a provider object with synthesize()${hint}`;
    problems.push({ path: pathToString([...path, 'type']), message });
    return undefined;
  }
  const parsed = ENTRY_SCHEMAS[type].safeParse(entry);
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, path));
    return undefined;
  }
  return toConfiguration(parsed.data);
}

function toConfiguration(entry: z.output<(typeof ENTRY_SCHEMAS)['remote' | 'local' | 'text']>): ProviderConfiguration {
  if (entry.type === 'text')
    return { type: 'text', health: false, options: { name: entry.name, status: entry.status } };
  if (entry.type === 'local') {
    const { type, health: interval, ...rest } = entry;
    return {
      type,
      health: interval,
      options: withoutUndefined({ ...rest, command: rest.command && withoutUndefined(rest.command) }),
    };
  }
  const { type, health: checks, ...rest } = entry;
  const healthPath = checks === false ? undefined : checks.path;
  const baseUrl = entry.baseUrl.replace(/\/+$/, '');
  return {
    type,
    health: checks === false ? false : { interval: checks.interval, timeout: checks.timeout },
    options: withoutUndefined({ ...rest, tls: rest.tls && withoutUndefined(rest.tls), baseUrl, healthPath }),
  };
}

function parseProvider(
  provider: SpeechProvider,
  path: readonly PropertyKey[],
  problems: OptionsProblem[],
): ProviderConfiguration | undefined {
  if (!NAME_SCHEMA.safeParse(provider.name).success) {
    problems.push({ path: pathToString([...path, 'name']), message: NAME_ERROR });
    return undefined;
  }
  if (typeof provider.type !== 'string' || provider.type === '') {
    problems.push({ path: pathToString([...path, 'type']), message: 'expected a word for the kind of provider' });
    return undefined;
  }
  return { type: 'custom', health: { interval: 10_000, timeout: 2_000 }, provider };
}

export function nameOf(entry: ProviderConfiguration): string {
  return entry.type === 'custom' ? entry.provider.name : entry.options.name;
}

function duplicateNames(entries: readonly ProviderConfiguration[]): OptionsProblem[] {
  const seen = new Set<string>();
  const problems: OptionsProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const given = nameOf(entry);
    if (seen.has(given)) {
      const message = `another provider is called "${given}" already; give each a name of its own`;
      problems.push({ path: pathToString(['fallback', index, 'name']), message });
    }
    seen.add(given);
  }
  return problems;
}

function problemsOf(error: z.ZodError, prefix: readonly PropertyKey[]): OptionsProblem[] {
  return error.issues.map((issue) => ({ path: pathToString([...prefix, ...issue.path]), message: issue.message }));
}

function isProvider(value: unknown): value is SpeechProvider {
  return typeof value === 'object' && value !== null && 'synthesize' in value && typeof value.synthesize === 'function';
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
