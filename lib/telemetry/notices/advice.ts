import type { ProviderStatus, SpeechStatus } from '../../speech/status.js';

/** What is mostly behind a failure of a server, and what to do. No address and no key: lines go where others read them. */
const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  [/^refused$/, 'nothing listens at its address: start the server, or check the port in "baseUrl"'],
  [/^(?:dns|timeout\.lookup)$/, 'its name cannot be resolved: check "baseUrl" and this machine’s DNS'],
  [/^(?:unreachable|timeout\.connect)$/, 'its address does not answer: check "baseUrl", the network and the firewall'],
  [/^(?:tls|timeout\.tls)$/, 'TLS fails: check its certificate, and whether "baseUrl" is to begin with http://'],
  [/^blocked_address$/, 'its address is one that is not called: check "baseUrl", or name it in "allowAddresses"'],
  [/^status\.40[13]$/, 'it lets nobody in: check "apiKey", and what the key is allowed to do'],
  [/^status\.40[45]$/, 'it has no such route: check whether "baseUrl" is to end in /v1, and "model"'],
  [/^(?:rate_limited|status\.429)$/, 'it limits the rate, or the account is used up: look at the account'],
  [/^status\.4/, 'it refuses what it is asked for: check "model", "voice" and "formats"'],
  [/^status\.5/, 'it fails at speaking: look at its log'],
  [/^(?:not_audio|empty)$/, 'it answers with something that is no sound: check "baseUrl", "model" and "voice"'],
  [/^bad_response$/, 'what answers there is no speech server: check "baseUrl"'],
  [/^timeout\./, 'it is too slow or hangs: look at it, or raise its "timeout"'],
  [/^deadline$/, 'it is too slow or hangs: look at it, or raise "deadline" and its "timeout"'],
  [/^(?:reset|truncated)$/, 'it breaks off: look at its log'],
  [/^too_large$/, 'it sends more than "maxBytes": raise it if that is right'],
];

const VERIFY = '"npx express-speech verify <baseUrl>" tries it step by step';

/** Says what to do about a server that failed with this code. */
export function adviceFor(code: string | undefined): string {
  const advice = code === undefined ? undefined : ADVICE.find(([codes]) => codes.test(code))?.[1];
  return advice === undefined ? VERIFY : `${advice}; ${VERIFY}`;
}

/** Says what callers get while a provider does not speak. */
export function effectOf(name: string, { providers }: SpeechStatus): string {
  const place = providers.findIndex((provider) => provider.name === name);
  const first = providers.slice(0, Math.max(0, place)).find(speaks);
  if (first !== undefined) return `callers hear ${first.name} as before`;
  const next = providers.slice(place + 1).find((provider) => provider.type === 'text' || speaks(provider));
  if (next === undefined) return 'callers get a 503';
  return next.type === 'text' ? 'callers get the text in place of sound' : `callers hear ${next.name} in its place`;
}

function speaks({ type, state, circuit }: ProviderStatus): boolean {
  return type !== 'text' && state !== 'down' && circuit !== 'open';
}
