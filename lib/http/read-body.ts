import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../resilience/index.js';
import { problem, type SpeechHttpError } from './problems.js';
import { readPlainJson } from './read-plain-json.js';

/** What body-parser says of a body it refuses. */
const REFUSALS: Readonly<Record<string, () => SpeechHttpError>> = {
  'entity.too.large': () => problem('body_too_large', 'The request body is too large.'),
  'encoding.unsupported': () => problem('unsupported_media_type', 'This content encoding is not supported.'),
  'charset.unsupported': () => problem('unsupported_media_type', 'This charset is not supported.'),
};

export interface BodyOptions {
  /** Express's own parser, for bodies that are compressed or in another charset. */
  readonly parse: RequestHandler;
  /** Most bytes of the body. */
  readonly mostBytes: number;
  /** Milliseconds for the whole body. */
  readonly limit: number;
  readonly clock: Clock;
}

/**
 * Reads the JSON body, and gives up on one that does not arrive in time. A body that the application has parsed already is taken
 * as it is. Rejects with the error to reply with.
 */
export function readBody(request: Request, response: Response, options: BodyOptions): Promise<unknown> {
  const parsed = parsedBody(request);
  if (parsed !== undefined) return parsed instanceof Uint8Array ? parseBytes(parsed) : Promise.resolve(parsed);
  if (!isJson(request)) {
    return Promise.reject(problem('unsupported_media_type', 'The request body must be application/json.'));
  }
  return new Promise((resolve, reject) => {
    const cancelTimer = options.clock.schedule(() => {
      reject(problem('request_timeout', 'The request body did not arrive in time.'));
    }, options.limit);
    const settle = (error: unknown, body: unknown): void => {
      cancelTimer();
      if (error === undefined) resolve(body);
      else reject(refusal(error));
    };
    if (isPlain(request)) readPlainJson(request, options.mostBytes, settle);
    else {
      void options.parse(request, response, (error?: unknown) => {
        settle(error, parsedBody(request));
      });
    }
  });
}

function isJson(request: Request): boolean {
  return request.is(['application/json', 'application/*+json']) !== false;
}

/** Says whether a body is UTF-8 and nothing else, as nearly all are. */
function isPlain({ headers }: Request): boolean {
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  const charset = /charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return encoding === 'identity' && /^utf-?8$/i.test(charset);
}

/** What the application has made of the body, if it has; Express 4's parsers put an empty object where they did nothing. */
function parsedBody(request: Request): unknown {
  const { body } = request as { body?: unknown };
  const isUntouched = isEmptyObject(body) && !request.readableDidRead && !request.readableEnded;
  return isUntouched ? undefined : body;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Reads the body of an application that keeps it as bytes. */
function parseBytes(bytes: Uint8Array): Promise<unknown> {
  try {
    return Promise.resolve(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    return Promise.reject(refusal(error));
  }
}

function refusal(error: unknown): SpeechHttpError {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
  return REFUSALS[type]?.() ?? problem('invalid_json', 'The request body is not valid JSON.');
}
