import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

/** Long enough for every tracing system's ids, short enough for a log line, and nothing that could break out of a header. */
const SANE = /^[\w.:/+=@-]{1,128}$/;

/** What the application says itself may have more signs: it is not to be wary of, only to be fit for a line and a header. */
const PRINTABLE = /^[\x21-\x7e]{1,256}$/;

const HEADER = 'X-Request-Id';

/**
 * Finds the id that everybody knows a request by: the application's own on the reply, else the client's if it is sane, else the one that
 * middleware such as pino-http has put on the request. Where there is none, makes a new one.
 */
export function requestIdOf(request: Request, response: Response): string {
  const onReply = idOnReply(response);
  return (PRINTABLE.test(onReply) ? onReply : undefined) ?? clients(request) ?? idOnRequest(request) ?? randomUUID();
}

/** Puts the id on the reply, where the application has not put its own. */
export function setRequestId(response: Response, requestId: string): void {
  if (idOnReply(response) === '') response.setHeader(HEADER, requestId);
}

/** An empty one where there is none, or the host's own code is in the place of the response's and fails. */
function idOnReply(response: Response): string {
  try {
    return String(response.getHeader(HEADER) ?? '');
  } catch {
    return '';
  }
}

function clients({ headers }: Request): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && SANE.test(id) ? id : undefined;
}

function idOnRequest(request: Request): string | undefined {
  const { id } = request as { readonly id?: unknown };
  const name = typeof id === 'number' || typeof id === 'string' ? String(id) : '';
  return SANE.test(name) ? name : undefined;
}
