import type { Request, RequestHandler, Response } from 'express';
import { problem, type SpeechHttpError } from './problems.js';

/** What body-parser says of a body it refuses. */
const REFUSALS: Readonly<Record<string, () => SpeechHttpError>> = {
  'entity.too.large': () => problem('body_too_large', 'The request body is too large.'),
  'encoding.unsupported': () => problem('unsupported_media_type', 'This content encoding is not supported.'),
  'charset.unsupported': () => problem('unsupported_media_type', 'This charset is not supported.'),
};

/**
 * Reads the JSON body with the given parser, and gives up on one that does not arrive in time.
 *
 * A body that the application has parsed already is taken as it is. Rejects with the error to reply with.
 *
 * @param limit milliseconds for the whole body
 */
export function readBody(request: Request, response: Response, parse: RequestHandler, limit: number): Promise<unknown> {
  if (parsedBody(request) === undefined && !isJson(request)) {
    return Promise.reject(problem('unsupported_media_type', 'The request body must be application/json.'));
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(problem('request_timeout', 'The request body did not arrive in time.'));
    }, limit);
    void parse(request, response, (error?: unknown) => {
      clearTimeout(timer);
      if (error === undefined) resolve(parsedBody(request));
      else reject(refusal(error));
    });
  });
}

function isJson(request: Request): boolean {
  return request.is(['application/json', 'application/*+json']) !== false;
}

/** Reads `body` without Express's `any`. */
function parsedBody(request: Request): unknown {
  return (request as { body?: unknown }).body;
}

function refusal(error: unknown): SpeechHttpError {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
  return REFUSALS[type]?.() ?? problem('invalid_json', 'The request body is not valid JSON.');
}
