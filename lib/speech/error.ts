/** Every code but `status.NNN`, which has a number in it. */
export const SPEECH_ERROR_CODES = [
  'timeout.lookup',
  'timeout.connect',
  'timeout.tls',
  'timeout.send',
  'timeout.first_byte',
  'timeout.idle',
  'timeout.total',
  'timeout.queue',
  'deadline',
  'refused',
  'unreachable',
  'dns',
  'tls',
  'reset',
  'truncated',
  'bad_response',
  'not_audio',
  'empty',
  'too_large',
  'rate_limited',
  'circuit_open',
  'bulkhead_full',
  'unsupported',
  'engine_failed',
  'blocked_address',
  'aborted',
  'internal',
] as const;

/**
 * Every code that can stand in `reason`, `attempts`, log lines, metrics and events.
 *
 * - `timeout.lookup`: the server's name was not resolved in `timeout.lookup` milliseconds
 * - `timeout.connect`: the connection did not stand in `timeout.connect` milliseconds
 * - `timeout.tls`: TLS was not agreed on in `timeout.secureConnect` milliseconds
 * - `timeout.send`: the request had not left in `timeout.send` milliseconds
 * - `timeout.first_byte`: no sound came in `timeout.firstByte` milliseconds
 * - `timeout.idle`: the sound stopped for `timeout.idle` milliseconds
 * - `timeout.total`: the whole call took longer than its limit, `timeout.total` or that of a check
 * - `timeout.queue`: no place became free in `bulkhead.maxWait` milliseconds
 * - `deadline`: the time for the whole chain, or this provider's part of it, was up
 * - `refused`: nothing listens on the server's port
 * - `unreachable`: no way leads to the server
 * - `dns`: the server's name does not exist, or no name server answers
 * - `tls`: TLS could not be agreed on, or a certificate is not trusted
 * - `reset`: the connection broke off
 * - `truncated`: the sound ended before all of it was there
 * - `bad_response`: what came is not HTTP, a redirect, or nothing that can be used
 * - `not_audio`: what came is not the sound that it was said to be
 * - `empty`: nothing came, or a header with no sound behind it
 * - `too_large`: more bytes came than `maxBytes`
 * - `status.NNN`: the server answered with this HTTP status
 * - `rate_limited`: the server takes no more calls at present
 * - `circuit_open`: the provider failed too often and is left alone for a while
 * - `bulkhead_full`: as many calls as may be are under way or wait for a place
 * - `unsupported`: the provider cannot do what is asked: the format, the language, the length
 * - `engine_failed`: the engine on this machine did not speak
 * - `blocked_address`: the server's address is none of those that are allowed
 * - `aborted`: the client has left, or the router closes
 * - `internal`: something unexpected; the cause is on a log line
 */
export type SpeechErrorCode = (typeof SPEECH_ERROR_CODES)[number] | `status.${number}`;

const KNOWN_CODES: ReadonlySet<unknown> = new Set(SPEECH_ERROR_CODES);

/** Says whether a code is one of those that stand in replies, log lines, metrics and events. */
export function isKnownCode(code: unknown): boolean {
  return KNOWN_CODES.has(code) || (typeof code === 'string' && /^status\.\d{3}$/.test(code));
}

/** What a `SpeechError` may say beside its code. All of it has a default that goes by the code, or that is the careful one. */
export interface SpeechErrorOptions {
  /** What led here. It stays on this side: it is never put into a reply. */
  readonly cause?: unknown;
  /** What led here in words, for a log line: without text, address and credentials, as in `message`. */
  readonly detail?: string | undefined;
  /**
   * Whether another provider may do better. Only a client that has left makes every further attempt pointless.
   *
   * @default true for every code but `aborted`
   */
  readonly fallbackHelps?: boolean;
  /**
   * Whether the same provider may do better a moment later. Most failures stay what they are.
   *
   * @default false
   */
  readonly retryHelps?: boolean;
  /** How long the backend asked to be left alone, in milliseconds. */
  readonly retryAfter?: number;
  /**
   * Whether the failure says something about the provider's health.
   *
   * @default what the code says: false for `aborted`, `unsupported`, `circuit_open`, `bulkhead_full`, `timeout.queue` and most 4xx
   */
  readonly blamesProvider?: boolean;
}

/** Failures that say nothing about the provider: the request was not for it, the caller went away, or we did not let it through. */
const BLAMELESS: ReadonlySet<string> = new Set([
  'aborted',
  'unsupported',
  'circuit_open',
  'bulkhead_full',
  'timeout.queue',
]);

/** Statuses below 500 that are the server's state and not the caller's fault: no access, no such route, too slow, too busy. */
const SERVERS_OWN_STATUS: ReadonlySet<number> = new Set([401, 403, 404, 408, 425, 429]);

/** Says whether a failure is to be held against the provider. */
export function codeBlamesProvider(code: string): boolean {
  if (BLAMELESS.has(code)) return false;
  const status = /^status\.(\d+)$/.exec(code)?.[1];
  return status === undefined || Number(status) >= 500 || SERVERS_OWN_STATUS.has(Number(status));
}

const MARKER = Symbol.for('express-speech.SpeechError');

/**
 * Says why a provider did not speak. `message` may go into logs, so it holds neither text, address nor credentials.
 *
 * `instanceof` fails when an application has two copies of the package installed; `SpeechError.is` does not.
 */
export class SpeechError extends Error {
  /** Tells it from other errors in logs. */
  override readonly name = 'SpeechError';
  /** What went wrong, in a word that stays the same from version to version. */
  readonly code: SpeechErrorCode;
  /** Whether another provider may do better. */
  readonly fallbackHelps: boolean;
  /** Whether the same provider may do better a moment later. */
  readonly retryHelps: boolean;
  /** Whether it says something about the provider's health. */
  readonly blamesProvider: boolean;
  /** Milliseconds for which the backend asked to be left alone, if it did. */
  readonly retryAfter: number | undefined;
  /** What led here in words, where the message does not say it. */
  readonly detail: string | undefined;
  /** Marks it for other copies of this package. */
  readonly [MARKER] = true;

  constructor(code: SpeechErrorCode, message: string, options: SpeechErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fallbackHelps = options.fallbackHelps ?? code !== 'aborted';
    this.retryHelps = options.retryHelps ?? false;
    this.blamesProvider = options.blamesProvider ?? codeBlamesProvider(code);
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
  }

  /** Says whether this is a `SpeechError`, of whichever copy of this package. */
  static is(value: unknown): value is SpeechError {
    return typeof value === 'object' && value !== null && MARKER in value;
  }

  /** Turns whatever was thrown into a `SpeechError`; a stranger, or a code that is none of ours, becomes `internal`. */
  static from(value: unknown): SpeechError {
    return SpeechError.is(value) && isKnownCode(value.code)
      ? value
      : new SpeechError('internal', 'unexpected failure', { cause: value });
  }
}
