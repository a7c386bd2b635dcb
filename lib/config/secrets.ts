import { isDeepStrictEqual } from 'node:util';
import { SpeechOptionsError } from '../options/options-error.js';

/** What stands for a secret in options that somebody sees, and, in options that come back, for the one that is known already. */
const MASK = { set: true };

interface Plain {
  readonly [key: string]: unknown;
  readonly fallback?: unknown;
  readonly name?: unknown;
  readonly type?: unknown;
  readonly baseUrl?: unknown;
  readonly env?: unknown;
  readonly set?: unknown;
}

/** Where secrets are; `*` is every key. A key from the environment, `{ env }`, is a name and no secret. */
const SECRETS_OF_ENTRY = [['apiKey'], ['headers', '*'], ['tls', 'key']];
const WEBHOOK = ['alerts', 'webhook'];
const SECRETS_OF_OPTIONS = [WEBHOOK, ['alerts', 'headers', '*']];

/** Copies plain options with every secret in them masked. */
export function maskSecrets(options: Plain): Record<string, unknown> {
  const masked = replaceAt(options, SECRETS_OF_OPTIONS, mask);
  if (!Array.isArray(options.fallback)) return masked;
  return { ...masked, fallback: options.fallback.map((entry: unknown) => maskEntrySecrets(entry)) };
}

/**
 * Copies plain options with every mask replaced by the secret it stands for in the options that are in use. A secret goes to the
 * server it was given for and to no other, so that nobody who may change an address can have a key sent to a server of his own.
 *
 * @throws {SpeechOptionsError} for a mask that stands for nothing
 */
export function unmaskSecrets(options: Plain, current: Plain): Record<string, unknown> {
  const isSameHook = isSameWebhook(valueAt(options, WEBHOOK), valueAt(current, WEBHOOK));
  const unmasked = replaceAt(options, SECRETS_OF_OPTIONS, (value, path) =>
    unmask(value, isSameHook ? valueAt(current, path) : undefined, path),
  );
  if (!Array.isArray(options.fallback)) return unmasked;
  return {
    ...unmasked,
    fallback: options.fallback.map((entry: unknown, index) =>
      unmaskEntrySecrets(entry, current, `fallback[${String(index)}].`),
    ),
  };
}

/** Does the same for one entry of `fallback`. */
export function unmaskEntrySecrets(entry: unknown, current: Plain, prefix = ''): unknown {
  if (!isPlain(entry)) return entry;
  const known = entriesOf(current).find((other) => nameOf(other) === nameOf(entry));
  const isSameServer = known !== undefined && isSameHost(entry.baseUrl, known.baseUrl);
  return replaceAt(entry, SECRETS_OF_ENTRY, (value, path) =>
    unmask(value, isSameServer ? valueAt(known, path) : undefined, [`${prefix}${path[0] ?? ''}`, ...path.slice(1)]),
  );
}

function maskEntrySecrets(entry: unknown): unknown {
  return isPlain(entry) ? replaceAt(entry, SECRETS_OF_ENTRY, mask) : entry;
}

function mask(value: unknown): unknown {
  return isPlain(value) && typeof value.env === 'string' ? value : MASK;
}

function unmask(value: unknown, secret: unknown, path: readonly string[]): unknown {
  if (!isPlain(value) || value.set !== true) return value;
  if (secret !== undefined) return secret;
  const message = 'no secret is known for this name and host; give it again';
  throw new SpeechOptionsError([{ path: path.join('.'), message }]);
}

type Replace = (value: unknown, path: readonly string[]) => unknown;

/** Copies an object with the values at some paths replaced, where there are any. */
function replaceAt(object: Plain, paths: readonly (readonly string[])[], replace: Replace): Record<string, unknown> {
  return paths.reduce<Record<string, unknown>>((copy, path) => replaceOne(copy, path, replace, []), { ...object });
}

function replaceOne(
  object: Plain,
  [first = '', ...rest]: readonly string[],
  replace: Replace,
  walked: readonly string[],
): Record<string, unknown> {
  const copy = { ...object };
  for (const key of first === '*' ? Object.keys(object) : [first]) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    const path = [...walked, key];
    if (value === undefined) continue;
    if (rest.length === 0) copy[key] = replace(value, path);
    else if (isPlain(value)) copy[key] = replaceOne(value, rest, replace, path);
  }
  return copy;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    object,
  );
}

function entriesOf({ fallback }: Plain): readonly Plain[] {
  return Array.isArray(fallback) ? fallback.filter(isPlain) : [];
}

function nameOf({ name, type }: Plain): unknown {
  return name ?? type;
}

/** The whole address of a webhook is a secret, so that the mask of one stands for the same. */
function isSameWebhook(webhook: unknown, known: unknown): boolean {
  const isMask = isPlain(webhook) && webhook.set === true;
  return isMask || isDeepStrictEqual(webhook, known) || isSameHost(webhook, known);
}

/** Says whether an address is on the host of another that is known; another port will do, but no key goes in clear that went by TLS. */
function isSameHost(address: unknown, known: unknown): boolean {
  const [now, before] = [urlOf(address), urlOf(known)];
  if (now === undefined || now.hostname !== before?.hostname) return false;
  return now.protocol === 'https:' || before.protocol === 'http:';
}

function urlOf(address: unknown): URL | undefined {
  return typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
