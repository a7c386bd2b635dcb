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
  const fields = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(queryOf(url))) {
    if (fields.has(name)) throw problem('invalid_value', `${name} must be given once.`, name);
    fields.set(name, name === 'speed' ? Number(value) : value);
  }
  const read = readSpeechRequest(Object.fromEntries(fields), maxInput, requestId);
  if (read.streamFormat === 'audio') return read;
  throw problem('invalid_value', 'stream_format must be audio where it is asked for with GET.', 'stream_format');
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}
