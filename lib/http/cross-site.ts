import type { Request, Response } from 'express';

/** Headers by which a browser says that it fetches ahead what nobody has asked for yet; the last two are older spellings. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-moz'];

/**
 * Says whether a page of another site has a browser send this GET, which makes work and costs money. A POST in JSON from there needs
 * a preflight first; an `<audio src>` needs nothing.
 *
 * `Sec-Fetch-Site` is set by browsers alone and no script can forge it; it is left out on plain http beyond loopback, and by programs.
 * Another site is welcome where the application has let just that one in by CORS, and so is a person who follows a link.
 */
export function isCrossSite(request: Request, response: Response): boolean {
  if (request.headers['sec-fetch-site'] !== 'cross-site') return false;
  return !isFollowedLink(request) && !isLetIn(request, response);
}

/** A page that has a document fetched ahead follows no link: nobody may ever do so. */
function isFollowedLink({ headers }: Request): boolean {
  return headers['sec-fetch-dest'] === 'document' && !PURPOSES.some((name) => /prefetch/i.test(String(headers[name])));
}

/**
 * Does the browser's own check of CORS (https://fetch.spec.whatwg.org/#cors-check): everybody is let in, or the one origin that is
 * named, letter by letter. So the name of another site, which middleware for one site puts on every reply, lets nobody in; nor do two names.
 */
function isLetIn({ headers }: Request, response: Response): boolean {
  const allowed = response.getHeader('Access-Control-Allow-Origin');
  if (allowed === undefined) return false;
  const name = String(allowed);
  return name === '*' || name === headers.origin;
}
