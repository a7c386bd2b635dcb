import type { Request } from 'express';
import { problem } from './problems.js';
import { readSpeechRequest, type ReadRequest } from './read-speech-request.js';

/**
 * Reads a speech request from the query of an address: the fields of the body, each given once, as text.
 *
 * The query is read here and not taken from `request.query`, which the application may have parsed in its own way, or not at all.
 *
 * @throws {SpeechHttpError} with `param` and `code`, when the request cannot be right
 */
export function readSpeechQuery({ url }: Request, maxInput: number, requestId: string): ReadRequest {
  const query = queryOf(url);
  if (!isUtf8(query)) throw problem('invalid_value', 'The address is not in UTF-8.');
  const fields = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (fields.has(name)) throw problem('invalid_value', `${name} must be given once.`, name);
    fields.set(name, name === 'speed' ? Number(value) : value);
  }
  const read = readSpeechRequest(Object.fromEntries(fields), maxInput, requestId);
  if (read.streamFormat === 'audio') return read;
  throw problem('invalid_value', 'stream_format must be audio where it is asked for with GET.', 'stream_format');
}

/** Says whether the bytes that are escaped in a query are text. What is no escape is left as it is. */
function isUtf8(query: string): boolean {
  try {
    for (const [bytes] of query.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}
