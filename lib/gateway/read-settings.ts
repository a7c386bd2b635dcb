import { readFileSync } from 'node:fs';
import { parseConfigurationText } from '../config/config-text.js';
import { GATEWAY_SCHEMA, type GatewaySettings } from '../config/gateway-options.js';
import type { SpeechRouterOptions } from '../config/options.js';
import { SpeechOptionsError, type OptionsProblem } from '../options/options-error.js';
import { problemsOf } from '../options/problems-of.js';
import { isRecord } from '../options/schemas.js';
import { isOwn, settingsTable, type Setting } from './settings-table.js';

/** Where settings come from. */
export interface SettingSources {
  /** What was given on the command line, by flag. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Environment variables. An empty one is one that nobody has set. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of a configuration file, if there is to be one. */
  readonly configFile: string | undefined;
}

/** All that a gateway is told. */
export interface Settings {
  readonly gateway: GatewaySettings;
  /** For `speechRouter()`. */
  readonly speech: SpeechRouterOptions;
  /** What was given and counts for nothing, as the file says something else. */
  readonly overruled: readonly OptionsProblem[];
  /** By which name each thing was given, by its path. */
  readonly names: ReadonlyMap<string, string>;
}

type Plain = Readonly<Record<string, unknown>>;

interface Given {
  readonly setting: Setting;
  /** What it was called where it was given. */
  readonly name: string;
  readonly value: unknown;
}

/**
 * Puts together what flags, environment and file say. Of the gateway itself a flag goes before the environment, and that before the
 * file. Of speech the file goes first, as `configFile` does before code: what the admin page has saved counts.
 *
 * @throws {SpeechOptionsError} with every problem at once, under the names that things were given by
 */
export function readSettings({ flags, environment, configFile }: SettingSources): Settings {
  const table = settingsTable();
  const given = table.flatMap((setting) => givenAs(setting, flags, environment) ?? []);
  const file = configFile === undefined ? {} : readFile(configFile);
  const names = new Map(given.map(({ setting, name }) => [setting.path.join('.'), name]));
  const isChainGiven = names.has('fallback') || Object.hasOwn(file, 'fallback');
  for (const [key, own] of isChainGiven ? [] : Object.entries(SERVER_IN_CHAIN)) {
    const path = `gateway.tts.${own}`;
    names.set(`fallback[0].${key}`, names.get(path) ?? path);
  }
  const own = { ...section(file['gateway']) };
  const speech: Record<string, unknown> = {};
  for (const { setting, value } of given) {
    if (isOwn(setting)) putIn(own, setting.path.slice(1), value);
    else putIn(speech, setting.path, value);
  }
  const parsed = GATEWAY_SCHEMA.safeParse(own);
  if (!parsed.success) {
    throw new SpeechOptionsError(underTheirNames(problemsOf(parsed.error, ['gateway']), names));
  }
  return {
    gateway: parsed.data,
    speech: {
      fallback: fallbackOf(parsed.data, given),
      ...(speech as SpeechRouterOptions),
      ...(configFile === undefined ? {} : { configFile }),
    },
    overruled: given
      .filter(({ setting }) => !isOwn(setting) && Object.hasOwn(file, setting.path[0] ?? ''))
      .map(({ setting, name }) => ({ path: name, message: `the file has "${setting.path[0] ?? ''}", which counts` })),
    names,
  };
}

/** Names what is wrong by what it was given as. */
export function underTheirNames(
  problems: readonly OptionsProblem[],
  names: ReadonlyMap<string, string>,
): OptionsProblem[] {
  // The nearest one first: the longest.
  const known = [...names].sort(([one], [other]) => other.length - one.length);
  return problems.map(({ path, message }) => {
    const [inside, name] = known.find(([start]) => isWithin(path, start)) ?? ['', ''];
    return { path: `${name}${path.slice(inside.length)}`, message };
  });
}

function isWithin(path: string, start: string): boolean {
  return path === start || (path.startsWith(start) && /^[.[]/.test(path.slice(start.length)));
}

/** Where the parts of `gateway.tts` stand in the chain that is made of it. */
const SERVER_IN_CHAIN = { baseUrl: 'url', apiKey: 'apiKey', model: 'model', voice: 'voice' };

/** The chain of those who gave none: a server if there is one, the voice of this machine, the text. */
function fallbackOf(
  { tts, fallbackStatus }: GatewaySettings,
  given: readonly Given[],
): SpeechRouterOptions['fallback'] {
  const { url, apiKey, model, voice } = tts;
  // By name, so that the key is never a part of what a page or a file may show.
  const isFromVariable = given.some(({ name }) => name === 'TTS_API_KEY');
  const key = isFromVariable ? { env: 'TTS_API_KEY' } : apiKey;
  return [
    ...(url === undefined
      ? []
      : [
          {
            type: 'remote' as const,
            baseUrl: url,
            ...(key === undefined ? {} : { apiKey: key }),
            ...(model === undefined ? {} : { model }),
            ...(voice === undefined ? {} : { voice }),
          },
        ]),
    { type: 'local' as const },
    { type: 'text' as const, status: fallbackStatus },
  ];
}

function givenAs(setting: Setting, flags: Plain, environment: SettingSources['environment']): Given | undefined {
  const flag = flags[setting.flag];
  if (flag !== undefined) return { setting, name: `--${setting.flag}`, value: valueOf(setting, flag) };
  const variable = environment[setting.variable];
  if (variable === undefined || variable === '') return undefined;
  return { setting, name: setting.variable, value: valueOf(setting, variable) };
}

/** Reads a text as what it may be; what it cannot be stays a text, and the check of the options says what was expected. */
function valueOf({ kinds }: Setting, given: unknown): unknown {
  if (typeof given !== 'string') return given;
  const text = given.trim();
  if (kinds.includes('array') && !/^[[{]/.test(text)) {
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
  if (kinds.every((kind) => kind === 'string')) return given;
  const value = parsed(text);
  return kinds.includes('string') && !kinds.includes(kindOf(value)) ? given : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return 'integer';
  return typeof value;
}

function readFile(path: string): Plain {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The router says that there is none, and takes it when it comes.
    if (code === 'ENOENT') return {};
    throw new SpeechOptionsError([{ path: 'config', message: `the file cannot be read: ${code ?? String(error)}` }]);
  }
  return parseConfigurationText(text);
}

function section(value: unknown): Plain {
  return isRecord(value) ? structuredClone(value) : {};
}

function putIn(object: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    object[first] = value;
    return;
  }
  const inner: Record<string, unknown> = { ...section(object[first]) };
  putIn(inner, rest, value);
  object[first] = inner;
}
