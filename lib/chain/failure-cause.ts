import type { FailureCause } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';

/** How a server shows, or says, that it is given too much; or that it is gone, which the guards tell apart. */
const MAY_BE_LOAD: ReadonlySet<string> = new Set(['timeout.first_byte', 'deadline', 'rate_limited', 'status.503']);

/** Failures of which nothing that was asked for can be the reason: nobody has got so far as to read it. */
const UNREAD: ReadonlySet<string> = new Set([
  'refused',
  'unreachable',
  'dns',
  'tls',
  'blocked_address',
  'timeout.lookup',
  'timeout.connect',
  'timeout.tls',
  'timeout.send',
  'status.401',
  'status.407',
  'status.408',
  'status.425',
  'status.502',
  'status.504',
]);

/**
 * Says what a failure that is held against a provider may come of: of nothing but the provider, of the load that it has, or of what
 * was asked for. A server that fails at one text, voice, format or length may speak all others.
 */
export function causeOf(code: string): FailureCause | 'load' {
  if (MAY_BE_LOAD.has(code)) return 'load';
  return UNREAD.has(code) ? 'service' : 'request';
}

/** Makes the same failure, held against nobody. Whoever was one too many may ask again: there are fewer at a time from now on. */
export function withoutBlame(error: SpeechError): SpeechError {
  const { code, message, fallbackHelps, retryAfter } = error;
  const retryHelps = error.retryHelps || code === 'rate_limited';
  const rest = retryAfter === undefined ? {} : { retryAfter };
  return new SpeechError(code, message, { cause: error, fallbackHelps, retryHelps, ...rest, blamesProvider: false });
}
