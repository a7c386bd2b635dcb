/** Every code that can stand in `reason`, `attempts`, log lines, metrics and events. `status.NNN` carries a remote's HTTP status. */
export type SpeechErrorCode =
  | 'timeout.lookup'
  | 'timeout.connect'
  | 'timeout.tls'
  | 'timeout.send'
  | 'timeout.first_byte'
  | 'timeout.idle'
  | 'timeout.total'
  | 'timeout.queue'
  | 'deadline'
  | 'refused'
  | 'unreachable'
  | 'dns'
  | 'tls'
  | 'reset'
  | 'truncated'
  | 'bad_response'
  | 'not_audio'
  | 'empty'
  | 'too_large'
  | `status.${number}`
  | 'rate_limited'
  | 'circuit_open'
  | 'bulkhead_full'
  | 'unsupported'
  | 'engine_failed'
  | 'blocked_address'
  | 'aborted'
  | 'internal';

export interface SpeechErrorOptions {
  /** What led here. It stays on this side: it is never put into a reply. */
  readonly cause?: unknown;
  /** Whether another provider may do better. Only a client that has left (`aborted`) makes every further attempt pointless. */
  readonly fallbackHelps?: boolean;
  /** How long the backend asked to be left alone, in milliseconds. */
  readonly retryAfter?: number;
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
  readonly retryAfter: number | undefined;
  readonly [MARKER] = true;

  constructor(code: SpeechErrorCode, message: string, options: SpeechErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fallbackHelps = options.fallbackHelps ?? code !== 'aborted';
    this.retryAfter = options.retryAfter;
  }

  static is(value: unknown): value is SpeechError {
    return typeof value === 'object' && value !== null && MARKER in value;
  }

  /** Turns whatever was thrown into a `SpeechError`; a stranger becomes `internal`. */
  static from(value: unknown): SpeechError {
    return SpeechError.is(value) ? value : new SpeechError('internal', 'unexpected failure', { cause: value });
  }
}
