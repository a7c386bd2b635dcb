import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { digestOf } from './digest.js';
import { gatewayProblem } from './problems.js';

/** Length that is looked at: no key is longer, and what is sent by whoever has none is not worth hashing. */
const MOST_LETTERS = 1_024;

const CLIENT = Symbol('client');

/** What a gateway may do about those who show no key. */
export interface KeyOptions {
  /** Says whether a request is welcome without one. */
  readonly isPublic?: (request: Request) => boolean;
  /** Told of each that is refused. */
  readonly onRefused?: (request: Request) => void;
}

/** Makes the middleware that lets those through who show a key, as `Authorization: Bearer KEY`. */
export function requireApiKey(keys: readonly string[], { isPublic, onRefused }: KeyOptions = {}): RequestHandler {
  const digests = keys.map(digestOf);
  return function apiKey(request, _response, next) {
    const shown = bearerOf(request);
    const index = shown === undefined ? -1 : matching(digests, digestOf(shown));
    if (index === -1 && isPublic?.(request) === true) {
      next();
      return;
    }
    if (index === -1) {
      onRefused?.(request);
      next(gatewayProblem('invalid_api_key', 'Show a key of this gateway as "Authorization: Bearer KEY".'));
      return;
    }
    (request as Named)[CLIENT] = `key ${String(index)}`;
    next();
  };
}

/** Names who asks, where it has shown a key. */
export function clientOf(request: Request): string | undefined {
  return (request as Named)[CLIENT];
}

interface Named extends Request {
  [CLIENT]?: string;
}

function bearerOf({ headers }: Request): string | undefined {
  const match = /^bearer +(\S+) *$/i.exec(headers.authorization?.slice(0, MOST_LETTERS) ?? '');
  return match?.[1];
}

/** Looks at every one of them, whichever it is, and at digests, which are of one length: how long that takes tells nothing. */
function matching(digests: readonly Buffer[], shown: Buffer): number {
  return digests.reduce((found, known, index) => (timingSafeEqual(known, shown) ? index : found), -1);
}
