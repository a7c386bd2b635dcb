import type { Request, Response } from 'express';
import type { CachedAudio } from '../speech/audio-cache.js';
import { problem, type SpeechHttpError } from './problems.js';

/**
 * What a browser may do with audio that came by GET: keep it for itself, and ask each time whether it is still the one to play. So
 * another voice is heard as soon as there is one, and what was taken over in mid-stream is not played twice. And nobody on the way
 * may pack it, as ranges are cut from the bytes as they are.
 */
export const REVALIDATE = 'private, no-cache, no-transform';

/** Writes the tag of a synthesis. It is strong: two replies with the same tag are the same, byte by byte. */
export function entityTag(id: string): string {
  return `"${id}"`;
}

/**
 * Says whether a client wants a part of the sound and not its beginning as it comes, such as Safari, which asks for two bytes first. Other
 * players ask for `bytes=0-`, and are glad of whatever comes.
 */
export function wantsPart({ method, headers: { range = '' } }: Request): boolean {
  return method === 'GET' && /^bytes=(?:\d+-\d*|-\d+)$/.test(range) && !/^bytes=0+-$/.test(range);
}

/**
 * Sends audio from the cache: all of it, the range that was asked for, or word that the client has it already.
 *
 * @throws {SpeechHttpError} when the range lies outside of it
 */
export function sendCachedAudio(
  request: Request,
  response: Response,
  { id, body, contentType, provider }: CachedAudio,
  cacheControl = REVALIDATE,
): void {
  const tag = entityTag(id);
  response.setHeader('ETag', tag);
  // Whoever has it already hears just that, whatever range it is asked for.
  const range = request.fresh ? undefined : rangeOf(request, tag, body.length);
  response.setHeader('X-Speech-Provider', provider);
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Type', contentType);
  if (range === undefined) {
    // Express makes a 304 of it where it is fresh.
    response.status(200).send(body);
    return;
  }
  response.status(206);
  response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${body.length}`);
  response.send(body.subarray(range.start, range.end + 1));
}

interface ByteRange {
  readonly start: number;
  /** The last byte, as HTTP counts. */
  readonly end: number;
}

/** Says which bytes to send; undefined for all of them. Several ranges at once, which no player asks for, are answered with all. */
function rangeOf(request: Request, tag: string, size: number): ByteRange | undefined {
  const { method, headers } = request;
  const condition = headers['if-range'];
  if (method !== 'GET' || (condition !== undefined && condition !== tag)) return undefined;
  const ranges = request.range(size);
  // No range, or one that cannot be read, which is as good as none.
  if (ranges === undefined || ranges === -2) return undefined;
  if (ranges === -1) {
    if (asksForMoreThanAll(headers.range)) return undefined;
    throw unsatisfiable(size);
  }
  const [range, ...more] = ranges;
  return ranges.type === 'bytes' && more.length === 0 ? range : undefined;
}

/** The last thousand bytes of what has fewer are all of it, which the parser takes for none. */
function asksForMoreThanAll(range: string | undefined): boolean {
  return /^bytes=-0*[1-9]\d*$/.test(range ?? '');
}

function unsatisfiable(size: number): SpeechHttpError {
  const error = problem('range_not_satisfiable', 'The audio has no such range.', 'Range');
  error.headers['content-range'] = `bytes */${size}`;
  return error;
}
