import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { TextDecoder } from 'node:util';
import { isCompressed, lengthOf, type GivenBody } from './given-body.js';
import { problem, problemOfMiddleware, type SpeechHttpError } from './problems.js';

const REPLACEMENT = '\uFFFD';
const BYTE_ORDER_MARK = '\uFEFF';

/** What a JSON text may begin with, or the byte order mark in front of one; what is packed begins otherwise. */
const JSON_BEGINNING = /^[\s{["\-\dtfn\xEF\uFEFF]/;

// Made once: a decoder that is not asked for a stream keeps nothing from one text to the next.
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a JSON body from its bytes. An empty one is an empty object, as for Express's parser. */
export function parseBytes(bytes: Uint8Array, charset: string): unknown {
  const decoder = isUtf8Name(charset) ? UTF_8 : new TextDecoder(charset, { fatal: true });
  return parseText(decode(decoder, bytes));
}

/** Reads a JSON body from its text. */
function parseText(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as unknown);
  } catch {
    throw problem('invalid_json', 'The request body is not valid JSON.');
  }
}

/**
 * Reads a body that middleware has left as if it had been read here: with the same limits, and the same errors.
 *
 * @throws {SpeechHttpError} with the error to reply with
 */
export function parseGiven(
  given: GivenBody | undefined,
  request: IncomingMessage,
  charset: string,
  mostBytes: number,
): unknown {
  if (given === undefined) throw problemOfMiddleware('begun to read the request body and not come to its end');
  if (given.kind === 'value') return given.value;
  const size = given.kind === 'bytes' ? given.bytes.length : Buffer.byteLength(given.text);
  const length = lengthOf(request);
  if ((length ?? size) > mostBytes) throw problem('body_too_large', 'The request body is too large.');
  const first = given.kind === 'bytes' ? String.fromCharCode(given.bytes[0] ?? 0) : given.text.charAt(0);
  if (isCompressed(request) && first !== '' && !JSON_BEGINNING.test(first))
    throw problemOfMiddleware('read the request body and left it compressed');
  if (given.kind === 'bytes') return parseBytes(given.bytes, charset);
  if (given.text.includes(REPLACEMENT) && isUtf8Name(charset) && hasLost(given, size, length))
    throw notInCharset('utf-8');
  return parseText(given.text);
}

export function isUtf8Name(charset: string): boolean {
  return /^utf-?8$/i.test(charset);
}

/** Says whether bytes in a charset can be read: JSON is Unicode, whatever else there may be. */
export function isReadable(charset: string): boolean {
  return /^(utf8|utf-8|utf-16(le|be)?)$/i.test(charset);
}

// Letters that are not what the client wrote would be spoken, or put into another word, and nobody would know why.
function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw notInCharset(decoder.encoding);
  }
}

/** Makes the error for bytes that are not in the charset that they are said to be in. */
function notInCharset(charset: string): SpeechHttpError {
  return problem('invalid_json', `The request body is not valid ${charset.toUpperCase()}.`);
}

/**
 * Says whether bytes that are no UTF-8 were made into replacement characters, each of which is longer than what it stands for. A text
 * may have such characters itself. Where it was written again, space that was left out can hide the difference, and it is let pass.
 */
function hasLost(given: GivenBody & { readonly text: string }, size: number, length: number | undefined): boolean {
  if (given.kind === 'rewritten' && given.bytes !== undefined) return !isUtf8(given.bytes);
  if (length === undefined) return false;
  return given.kind === 'rewritten'
    ? size > length
    : size !== length && size + Buffer.byteLength(BYTE_ORDER_MARK) !== length;
}
