import { pathToString, SpeechOptionsError, type OptionsProblem } from '../options/options-error.js';
import { problemsOf } from '../options/problems-of.js';
import { isProvider, type SpeechProvider } from '../speech/provider.js';
import { GATEWAY_SCHEMA } from './gateway-options.js';
import { plainHold } from './hold-option.js';

/** Options that are objects of the program's and cannot stand in a file. */
const CODE_OPTIONS = ['logger', 'metrics', 'configFile'] as const;

/** What a file has beside the options of the router. */
const FILE_OPTIONS: readonly string[] = ['$schema', 'gateway'];

/** Options taken apart: what a file could say as well, and what only a program can. */
export interface OptionParts {
  /** Plain data; a provider object of the user's own is `{ type: 'custom', name }` in it. */
  readonly plain: Readonly<Record<string, unknown>>;
  /** `prepare` is in it where it is a function. */
  readonly code: Readonly<Partial<Record<(typeof CODE_OPTIONS)[number] | 'prepare', unknown>>>;
  /** Provider objects of the user's own, by name. */
  readonly providers: ReadonlyMap<string, SpeechProvider>;
}

/** Takes checked options apart. */
export function takeApart(options: object): OptionParts {
  const providers = new Map<string, SpeechProvider>();
  const code: Record<string, unknown> = {};
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (CODE_OPTIONS.some((option) => option === key) || typeof value === 'function') code[key] = value;
    else if (key === 'fallback' && Array.isArray(value))
      plain[key] = value.map((entry) => toPlainEntry(entry, providers));
    else if (key === 'hold') plain[key] = plainHold(value);
    else plain[key] = structuredClone(value);
  }
  return { plain, code, providers };
}

function toPlainEntry(entry: unknown, providers: Map<string, SpeechProvider>): unknown {
  if (!isProvider(entry)) return structuredClone(entry);
  const name = nameOf(entry);
  providers.set(name, entry);
  return { type: 'custom', name };
}

/** A name that was read before may not be there any more. */
function nameOf(provider: SpeechProvider): string {
  try {
    return provider.name;
  } catch {
    return '';
  }
}

/**
 * Puts plain options together with what only a program can say.
 *
 * @throws {SpeechOptionsError} when they name a provider object that the program did not give
 */
export function putTogether(plain: Readonly<Record<string, unknown>>, { code, providers }: OptionParts): object {
  const problems: OptionsProblem[] = CODE_OPTIONS.filter((key) => Object.hasOwn(plain, key)).map((key) => ({
    path: key,
    message: 'this can be given in code only',
  }));
  const schema = plain['$schema'];
  if (schema !== undefined && typeof schema !== 'string') {
    problems.push({ path: '$schema', message: 'expected the address of the JSON Schema' });
  }
  const gateway = GATEWAY_SCHEMA.optional().safeParse(plain['gateway']);
  if (!gateway.success) problems.push(...problemsOf(gateway.error, ['gateway']));
  if (problems.length > 0) throw new SpeechOptionsError(problems);
  const options = Object.fromEntries(Object.entries(plain).filter(([key]) => !FILE_OPTIONS.includes(key)));
  const fallback = options['fallback'];
  // A word in the file goes before the function in the code, as all that the file says does.
  if (!Array.isArray(fallback)) return { ...code, ...options };
  return {
    ...code,
    ...options,
    fallback: fallback.map((entry, index) => toProvider(entry, ['fallback', index, 'name'], providers)),
  };
}

/**
 * Puts the provider object in the place of the entry that names it; any other entry stays as it is.
 *
 * @param path where its name stands, for the problem
 */
export function toProvider(
  entry: unknown,
  path: readonly PropertyKey[],
  providers: ReadonlyMap<string, SpeechProvider>,
): unknown {
  if (typeof entry !== 'object' || entry === null || !('type' in entry) || entry.type !== 'custom') return entry;
  const provider = 'name' in entry && typeof entry.name === 'string' ? providers.get(entry.name) : undefined;
  if (provider !== undefined) return provider;
  const known = providers.size === 0 ? 'it gave none' : `it gave ${[...providers.keys()].join(', ')}`;
  const message = `expected the name of a provider object of the program’s; ${known}`;
  throw new SpeechOptionsError([{ path: pathToString(path), message }]);
}
