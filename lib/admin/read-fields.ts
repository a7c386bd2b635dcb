import type { Request } from 'express';
import { adminProblem } from './reply.js';

/** Returns the fields of a parsed JSON body. */
export function fieldsOf(request: Request): Readonly<Record<string, unknown>> {
  const { body } = request as { readonly body?: unknown };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw adminProblem('invalid_request', 'The request body must be a JSON object.');
  }
  return body as Readonly<Record<string, unknown>>;
}
