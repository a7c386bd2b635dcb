import type { Request, RequestHandler } from 'express';
import { adminProblem } from './reply.js';

/** What the page sends with every change; its value says nothing. */
export const PAGE_HEADER = 'X-Speech-Admin';

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Makes the check that a request comes from the page itself, not from another site that has the operator's browser send it with his
 * cookies. Three fences, because each has its gap:
 *
 * - `Sec-Fetch-Site`, which no script can forge, must be `same-origin`, or `none` (typed in by hand). Browsers leave it out on plain
 *   http beyond loopback, and programs always do.
 * - Without it, a browser's `Origin` must name this host. It is left out of plain GETs.
 * - A change must be `application/json` with a header of ours. A form can send neither, and a script of another site only after a
 *   preflight, which this router never answers; but the host application may answer every preflight, hence the two above.
 */
export function createSameSiteCheck(): RequestHandler {
  return function speechAdminSameSite(request, _response, next) {
    if (!isSameSite(request)) next(adminProblem('cross_site', 'This request was sent by another site.'));
    else if (!CHANGES.has(request.method)) next();
    else if (request.get(PAGE_HEADER) === undefined) {
      next(adminProblem('cross_site', `A change needs the header ${PAGE_HEADER}, with any value.`));
    } else if (!/^application\/json\s*(;|$)/i.test(request.get('Content-Type') ?? '')) {
      next(adminProblem('not_json', 'A change must be application/json.'));
    } else next();
  };
}

function isSameSite(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.get('Origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.get('Host');
}
