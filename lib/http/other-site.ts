import type { Request, Response } from 'express';

/**
 * Says whether a page of another site has a browser send this GET, which makes work and costs money. A POST in JSON from there needs
 * a preflight first; an `<audio src>` needs nothing.
 *
 * `Sec-Fetch-Site` is set by browsers alone and no script can forge it; it is left out on plain http beyond loopback, and by programs.
 * Another site is welcome where the application has said so by CORS, and so is a person who follows a link.
 */
export function isFromOtherSite({ headers }: Request, response: Response): boolean {
  if (headers['sec-fetch-site'] !== 'cross-site' || headers['sec-fetch-dest'] === 'document') return false;
  return !response.hasHeader('Access-Control-Allow-Origin');
}
