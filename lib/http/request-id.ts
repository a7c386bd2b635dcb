import { randomUUID } from 'node:crypto';
import type { Request } from 'express';

/** Long enough for every tracing system's ids, short enough for a log line, and nothing that could break out of a header. */
const SANE = /^[\w.:/+=@-]{1,128}$/;

/** Takes the client's `X-Request-Id` if it is sane, else makes a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}
