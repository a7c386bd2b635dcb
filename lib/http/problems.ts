import createError, { type HttpError } from 'http-errors';
import { SpeechError } from '../speech/error.js';

/** The four keys that stand in every error body, as in OpenAI's API. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** An http-errors error that knows its own body. `headers` are sent with the reply, as Express does with such errors. */
export type SpeechHttpError = HttpError & { readonly body: ErrorBody; readonly headers: Record<string, string> };

/** How an error of one code leaves. */
export interface Problem {
  readonly status: number;
  readonly type: string;
  readonly headers?: Record<string, string>;
}

/** One table from error code to HTTP status. Whatever is not in it is a failure of the providers: 503. */
export const PROBLEMS: Readonly<Record<string, Problem>> = {
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  missing_required_parameter: { status: 400, type: 'invalid_request_error' },
  invalid_type: { status: 400, type: 'invalid_request_error' },
  invalid_value: { status: 400, type: 'invalid_request_error' },
  string_above_max_length: { status: 400, type: 'invalid_request_error' },
  cross_site: { status: 403, type: 'invalid_request_error' },
  request_timeout: { status: 408, type: 'invalid_request_error', headers: { connection: 'close' } },
  body_too_large: { status: 413, type: 'invalid_request_error', headers: { connection: 'close' } },
  unsupported_media_type: { status: 415, type: 'invalid_request_error', headers: { connection: 'close' } },
  range_not_satisfiable: { status: 416, type: 'invalid_request_error' },
  // The next moment may have room: a retry by the client is right.
  bulkhead_full: { status: 503, type: 'server_error', headers: { 'retry-after': '1' } },
  closing: { status: 503, type: 'server_error', headers: { 'retry-after': '5', connection: 'close' } },
  internal: { status: 500, type: 'server_error' },
};

// A retry by the client would only run through the whole chain again; the openai clients obey `x-should-retry`.
const EXHAUSTED: Problem = {
  status: 503,
  type: 'server_error',
  headers: { 'retry-after': '5', 'x-should-retry': 'false' },
};

/** Makes the error for a request that cannot be served, its status taken from the table. */
export function problem(code: string, message: string, param: string | null = null): SpeechHttpError {
  return makeProblem(PROBLEMS[code] ?? EXHAUSTED, code, message, param);
}

/** Makes the error for a chain in which nobody answered. `code` is the reason of the first provider asked. */
export function exhausted(code: string): SpeechHttpError {
  return makeProblem(EXHAUSTED, code, 'No speech provider could answer this request.', null);
}

/**
 * Makes the error for what middleware before the router has done to the request. The client is not to blame, and a retry would end the
 * same way.
 */
export function problemOfMiddleware(done: string, cause?: unknown): SpeechHttpError {
  const error = problem('internal', `Middleware before the speech router has ${done}. Mount the router before it.`);
  error.headers['x-should-retry'] = 'false';
  error.cause = cause;
  return error;
}

export function isSpeechHttpError(value: unknown): value is SpeechHttpError {
  return createError.isHttpError(value) && 'body' in value;
}

/** Makes the error to reply with of whatever was thrown. A stranger is `internal`, and stays on this side as its cause. */
export function toHttpError(thrown: unknown): SpeechHttpError {
  if (isSpeechHttpError(thrown)) return thrown;
  // Sound that broke off before anything of it was sent.
  const error = SpeechError.is(thrown)
    ? exhausted(thrown.code)
    : problem('internal', 'Something went wrong inside the speech router.');
  error.cause = thrown;
  return error;
}

/** Makes an error that knows its own body. */
export function makeProblem(
  { status, type, headers }: Problem,
  code: string,
  message: string,
  param: string | null,
): SpeechHttpError {
  const body: ErrorBody = { message, type, param, code };
  return Object.assign(createError(status, message), { body, code, headers: { ...headers }, expose: true });
}
