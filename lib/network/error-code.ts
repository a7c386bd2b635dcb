import { SpeechError, type SpeechErrorCode } from '../speech/error.js';

/** What the system, TLS and Node's HTTP parser say, by the error's code. */
const CODES: Readonly<Record<string, SpeechErrorCode>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'timeout.connect',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EPROTO: 'tls',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'truncated',
  EMFILE: 'internal',
  ENFILE: 'internal',
};

/** What this process has run out of. */
const OURS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/;

/**
 * Turns an error of got's or Node's into one of ours. Only its code is taken along: got's errors carry the request, and with it
 * the credentials and the text.
 */
export function failureFrom(error: unknown): SpeechError {
  const found = speechErrorIn(error);
  if (found !== undefined) return found;
  const cause = codeOf(error);
  const code = codeFor(cause);
  return new SpeechError(code, `the call failed with ${cause ?? 'an error without a code'}`, {
    // Nothing of the answer has been used when this reaches the chain, and speaking twice does no harm.
    cause,
    retryHelps: code === 'reset' || code === 'truncated',
    ...(cause !== undefined && OURS.has(cause) ? { blamesProvider: false } : {}),
  });
}

function codeFor(cause: string | undefined): SpeechErrorCode {
  if (cause === undefined) return 'internal';
  const code = CODES[cause];
  if (code !== undefined) return code;
  if (TLS_CODE.test(cause)) return 'tls';
  if (cause.startsWith('HPE_')) return 'bad_response';
  return 'internal';
}

/** Finds an error of ours inside the wrapping of others. */
function speechErrorIn(error: unknown): SpeechError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 4; current = current.cause, depth += 1) {
    if (SpeechError.is(current)) return current;
  }
  return undefined;
}

/** Reads the error's code, from the first of several errors where every address failed for its own reason. */
function codeOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 4; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && current.code !== 'ERR_GOT_REQUEST_ERROR') {
      return current.code;
    }
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return undefined;
}
