import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import createError, { type HttpError } from 'http-errors';
import { discard } from '../streams/discard.js';

/** Refuses a request of the page. `extra` stands beside `error` in the reply. */
export type AdminProblem = HttpError & { readonly code: string; readonly extra: object };

/** Codes of the page's own, and the status that goes with each. */
const STATUS = {
  unauthorized: 401,
  forbidden: 403,
  cross_site: 403,
  not_json: 415,
  invalid_json: 400,
  invalid_request: 400,
  body_too_large: 413,
  revision_conflict: 409,
  invalid_options: 422,
  revision_missing: 428,
  busy: 429,
  not_saved: 500,
  internal: 500,
  not_spoken: 502,
  page_missing: 503,
  closing: 503,
  out_of_time: 504,
} as const;

export function adminProblem(code: keyof typeof STATUS, message: string, extra: object = {}): AdminProblem {
  return Object.assign(createError(STATUS[code], message), { code, extra, expose: true });
}

/** Wraps a handler that works asynchronously, as Express 4 knows nothing of promises. */
export function answer(handler: (request: Request, response: Response) => Promise<void> | void): RequestHandler {
  return (request, response, next) => {
    new Promise<void>((resolve) => {
      resolve(handler(request, response));
    }).catch(next);
  };
}

/** Renders every error of the routes before it, so that the host's own error handler is left alone. */
export function createErrorReply(): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return function speechAdminError(thrown: unknown, _request: Request, response: Response, _next: NextFunction): void {
    if (response.headersSent) {
      // Half a reply must not look like a whole one. One that somebody has ended is whole.
      if (!response.writableEnded) discard(response);
      return;
    }
    const { status, message, code, extra } = isAdminProblem(thrown) ? thrown : fromStranger(thrown);
    const error = { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code };
    response.status(status).json({ error, ...extra });
  };
}

function isAdminProblem(thrown: unknown): thrown is AdminProblem {
  return createError.isHttpError(thrown) && 'code' in thrown && 'extra' in thrown;
}

/** What body-parser throws has a `type`; anything else stays inside. */
function fromStranger(thrown: unknown): AdminProblem {
  const type = typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined;
  if (type === 'entity.too.large') return adminProblem('body_too_large', 'The request body is too large.');
  if (typeof type === 'string') return adminProblem('invalid_json', 'The request body is not valid JSON.');
  return adminProblem('internal', 'Something went wrong inside the admin page.');
}
