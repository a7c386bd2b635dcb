import type { IncomingMessage } from 'node:http';
import { problemOfMiddleware } from './problems.js';

/** A body that middleware has read: its bytes, its text, or, where that cannot be had again, what was made of it. */
export type GivenBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  /** Text that was written again from a value, and the bytes that the value was read from, where they were kept. */
  | { readonly kind: 'rewritten'; readonly text: string; readonly bytes: Uint8Array | undefined }
  | { readonly kind: 'value'; readonly value: unknown };

/** Bytes of the shortest body that asks for speech: `{"input":"a"}`. */
const SHORTEST = 13;

/** Says whether nothing was taken from the request yet, so that all of its body can be read here. */
export function isUnread(request: IncomingMessage): boolean {
  return !request.readableDidRead && !request.readableEnded;
}

/**
 * Says whether something was taken from the request and put back (`unshift`), for whoever comes next, as middleware does that looks at a
 * body before it lets it pass. Whether all of it was put back shows when it has been read again.
 */
export function isPutBack(request: IncomingMessage): boolean {
  return !isUnread(request) && !request.readableEnded && !request.destroyed && request.readableLength > 0;
}

/** Says whether a body that was put back, and is of so many bytes, lacks some: more than were announced are what middleware made of it. */
export function isCut(size: number, request: IncomingMessage): boolean {
  return size < (lengthOf(request) ?? 0);
}

/**
 * Finds the body that middleware before the router has left. Returns nothing where it has left none, and the body, or the rest of it,
 * is still to come.
 *
 * @throws {SpeechHttpError} of status 500 when the body was read and nothing is left of it that can be used: the client is not to blame
 */
export function givenBody(request: IncomingMessage): GivenBody | undefined {
  const { body, rawBody } = membersOf(request);
  const given = toGiven(body, rawBody);
  if (given !== undefined && !isNothing(given)) return given;
  if (isUnread(request)) return undefined;
  // Whoever is still reading may leave more.
  if (!request.readableEnded && !request.destroyed) return undefined;
  const raw = toGiven(rawBody, undefined);
  if (raw !== undefined && !isNothing(raw)) return raw;
  const length = lengthOf(request);
  if (length === 0) return { kind: 'text', text: '' };
  // An empty object may be just what was sent, but not where that was longer.
  if (given?.kind === 'rewritten' && (length ?? 0) < SHORTEST) return given;
  throw problemOfMiddleware('read the request body and left nothing of it in request.body or request.rawBody');
}

/** Says whether a body comes packed, in a way that middleware may have undone. */
export function isCompressed({ headers }: IncomingMessage): boolean {
  return !/^(identity)?$/i.test(headers['content-encoding'] ?? '');
}

/** Bytes of the body as it was announced; undefined where it was not, or where it was packed on the way. */
export function lengthOf(request: IncomingMessage): number | undefined {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  if (transfer !== undefined || isCompressed(request)) return undefined;
  // From HTTP/2 on there are bodies without either.
  return length === undefined && request.httpVersionMajor > 1 ? undefined : Number(length ?? 0);
}

function membersOf(request: IncomingMessage): { readonly body: unknown; readonly rawBody: unknown } {
  try {
    const { body, rawBody } = request as { readonly body?: unknown; readonly rawBody?: unknown };
    return { body, rawBody };
  } catch (cause) {
    throw problemOfMiddleware('left a request body that cannot be read', cause);
  }
}

function toGiven(body: unknown, raw: unknown): GivenBody | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return { kind: 'text', text: body };
  const bytes = bytesOf(body);
  if (bytes !== undefined) return { kind: 'bytes', bytes };
  try {
    // So what is read is what would have come over the wire, whatever kind of object there is.
    const text = JSON.stringify(body) as string | undefined;
    if (text !== undefined) return { kind: 'rewritten', text, bytes: bytesOf(raw) };
  } catch (cause) {
    // What is nested so deeply is refused where its fields are read.
    if (cause instanceof RangeError) return { kind: 'value', value: body };
    throw problemOfMiddleware('left a request body that cannot be read', cause);
  }
  throw problemOfMiddleware('left a request body that is no JSON');
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** What middleware leaves where it did nothing, or has put the body elsewhere. Express 4's parsers leave an empty object. */
function isNothing(given: GivenBody): boolean {
  switch (given.kind) {
    case 'bytes':
      return given.bytes.length === 0;
    case 'text':
      return given.text === '';
    case 'rewritten':
      return given.text === 'null' || given.text === '{}';
    case 'value':
      return false;
  }
}
