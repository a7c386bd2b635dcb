const CODES = [
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

/** Every code that can stand in `reason`, `attempts`, log lines, metrics and events. `status.NNN` carries a remote's HTTP status. */
export type SpeechErrorCode = (typeof CODES)[number] | `status.${number}`;

const KNOWN_CODES: ReadonlySet<unknown> = new Set(CODES);

/** Says whether a code is one of those that stand in replies, log lines, metrics and events. */
export function isKnownCode(code: unknown): boolean {
  return KNOWN_CODES.has(code) || (typeof code === 'string' && /^status\.\d{3}$/.test(code));
}

export interface SpeechErrorOptions {
  /** What led here. It stays on this side: it is never put into a reply. */
  readonly cause?: unknown;
  /** What led here in words, for a log line: without text, address and credentials, as in `message`. */
  readonly detail?: string | undefined;
  /** Whether another provider may do better. Only a client that has left (`aborted`) makes every further attempt pointless. */
  readonly fallbackHelps?: boolean;
  /** Whether the same provider may do better a moment later. Off by default: most failures stay what they are. */
  readonly retryHelps?: boolean;
  /** How long the backend asked to be left alone, in milliseconds. */
  readonly retryAfter?: number;
  /** Whether the failure says something about the provider's health. The code decides where it is not given. */
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
  override readonly name = 'SpeechError';
  readonly code: SpeechErrorCode;
  readonly fallbackHelps: boolean;
  readonly retryHelps: boolean;
  readonly blamesProvider: boolean;
  readonly retryAfter: number | undefined;
  /** What led here in words, where the message does not say it. */
  readonly detail: string | undefined;
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
