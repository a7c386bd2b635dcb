import { pathToString, type OptionsProblem } from '../options/options-error.js';
import type { Configuration, ProviderConfiguration } from './parse-options.js';

type Plain = Readonly<Record<string, unknown>>;
type Remote = Extract<ProviderConfiguration, { readonly type: 'remote' }>['options'];

/** Milliseconds below which a limit is more likely to have been meant in seconds. */
const LIKELY_SECONDS = 50;

/**
 * Finds what can be used as it is and is hardly meant: options that have no effect, or another one than they seem to.
 *
 * @param plain the options as they were given, where it matters that something was
 */
export function setupWarnings(plain: Plain, configuration: Configuration): OptionsProblem[] {
  const entries = plainEntries(plain);
  return [
    ...whatNobodyAsks(configuration),
    ...secondsForMilliseconds(plain, configuration),
    ...withoutEffect(plain, configuration),
    ...configuration.fallback.flatMap((entry, index) => {
      const at = (key: string): string => pathToString(['fallback', index, key]);
      if (entry.type === 'remote') return remoteWarnings(entry.options, entries[index] ?? {}, configuration, at);
      return entry.type === 'local' ? localWarnings(entries[index] ?? {}, at) : [];
    }),
  ];
}

function whatNobodyAsks({ fallback }: Configuration): OptionsProblem[] {
  const last = fallback.findIndex(({ type }) => type === 'text');
  const behind = last === -1 ? [] : fallback.slice(last + 1);
  if (behind.length === 0) return [];
  const names = behind.map(nameOf).join(', ');
  const message = `a text entry always answers, so that nobody ever hears ${names}; put the text entry last`;
  return [{ path: pathToString(['fallback', last]), message }];
}

function secondsForMilliseconds({ deadline }: Plain, { fallback }: Configuration): OptionsProblem[] {
  const found: OptionsProblem[] = [];
  const look = (path: readonly PropertyKey[], value: unknown): void => {
    if (typeof value !== 'number' || value >= LIKELY_SECONDS) return;
    const message = `this is ${String(value)} milliseconds, in which hardly anybody can answer; if seconds were meant, write ${String(value * 1_000)}`;
    found.push({ path: pathToString(path), message });
  };
  look(['deadline'], deadline);
  for (const [index, { type, guards, ...entry }] of fallback.entries()) {
    if (type === 'text') continue;
    const at = ['fallback', index];
    look([...at, 'circuitBreaker', 'openFor'], guards.circuitBreaker.openFor);
    if (guards.health !== false) look([...at, 'health', 'timeout'], guards.health.timeout);
    if (!('options' in entry) || !('timeout' in entry.options)) continue;
    const { firstByte, idle, total } = entry.options.timeout;
    for (const [phase, value] of Object.entries({ firstByte, idle, total })) look([...at, 'timeout', phase], value);
  }
  return found;
}

function withoutEffect(plain: Plain, { get, alerts }: Configuration): OptionsProblem[] {
  const found: OptionsProblem[] = [];
  if (!get && plain['cache'] !== undefined && plain['cache'] !== false) {
    found.push({
      path: 'cache',
      message: 'nothing is kept, as only GET uses it so far; set "get" to true, or leave it out',
    });
  }
  const given = plain['alerts'];
  if (alerts?.webhook === undefined && isRecord(given) && ('webhook' in given || 'headers' in given)) {
    const message =
      'there is no webhook, so that no alert is sent; the variable that it comes from is probably not set';
    found.push({ path: 'alerts.webhook', message });
  }
  return found;
}

function remoteWarnings(
  { baseUrl, apiKey, headers, timeout }: Remote,
  given: Plain,
  { deadline }: Configuration,
  at: (key: string) => string,
): OptionsProblem[] {
  const found: OptionsProblem[] = [];
  const { pathname, hostname, protocol } = new URL(baseUrl);
  if (!/\/v\d/.test(pathname)) {
    const message = `this ends without the version, and most servers answer under /v1 only; if yours does, append /v1, or others speak in its place`;
    found.push({ path: at('baseUrl'), message });
  }
  if (hostname === '0.0.0.0') {
    const message = '0.0.0.0 is an address to listen on and is not called; use 127.0.0.1, or the machine’s own address';
    found.push({ path: at('baseUrl'), message });
  }
  if (protocol === 'http:' && given['tls'] !== undefined) {
    found.push({ path: at('tls'), message: 'it is not used, as "baseUrl" begins with http://' });
  }
  if (timeout.firstByte > deadline) {
    const message = `"deadline" ends the wait after ${String(deadline)} milliseconds already; raise it as well`;
    found.push({ path: at('timeout.firstByte'), message });
  }
  const authorization = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (apiKey !== undefined && authorization !== undefined) {
    found.push({ path: at(`headers.${authorization}`), message: 'it is not sent, as "apiKey" is; give one of them' });
  }
  return found;
}

function localWarnings({ engine, command }: Plain, at: (key: string) => string): OptionsProblem[] {
  if (engine === undefined || command === undefined) return [];
  return [{ path: at('engine'), message: 'it is not used, as "command" takes its place; give one of them' }];
}

function nameOf(entry: ProviderConfiguration): string {
  return `"${entry.type === 'custom' ? entry.name : entry.options.name}"`;
}

function plainEntries({ fallback }: Plain): readonly Plain[] {
  return Array.isArray(fallback) ? fallback.map((entry: unknown) => (isRecord(entry) ? entry : {})) : [];
}

function isRecord(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
