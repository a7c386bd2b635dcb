import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import type { GatewaySettings } from '../config/gateway-options.js';
import type { Clock } from '../resilience/index.js';
import { clientOf } from './api-keys.js';
import { gatewayProblem } from './problems.js';

/** Clients whose text is counted at a time; whoever has not asked for longest is forgotten first. */
const MOST_CLIENTS = 10_000;

/** Wrong passwords from one address in a minute. */
const MOST_LOGINS = 20;
const MINUTE = 60_000;

/** Bounds how often one client asks to be spoken to. */
export function limitRequests({ window, requests }: GatewaySettings['rateLimit']): RequestHandler {
  return rateLimit({
    windowMs: window,
    limit: requests,
    ...COMMON,
    keyGenerator: nameOf,
    handler(_request, _response, next) {
      next(gatewayProblem('rate_limited', `More than ${String(requests)} requests in ${seconds(window)}.`));
    },
  });
}

/** Bounds how much text one client has spoken. What a client does not say beforehand counts as the most that it may send. */
export function limitText(
  { window, bytes: most }: GatewaySettings['rateLimit'],
  bodyLimit: number,
  clock: Clock,
): RequestHandler {
  const windows = new LRUCache<string, { bytes: number; readonly end: number }>({ max: MOST_CLIENTS });
  return function textLimit(request, response, next) {
    const now = clock.now();
    const client = nameOf(request);
    let current = windows.get(client);
    if (current === undefined || current.end <= now) {
      current = { bytes: 0, end: now + window };
      windows.set(client, current);
    }
    const size = sizeOf(request, bodyLimit);
    if (current.bytes + size <= most) {
      current.bytes += size;
      next();
      return;
    }
    response.setHeader('Retry-After', String(Math.max(1, Math.ceil((current.end - now) / 1_000))));
    next(gatewayProblem('rate_limited', `More than ${String(most)} bytes of text in ${seconds(window)}.`));
  };
}

/** Bounds how often an address may try a password. */
export function limitLogins(): RequestHandler {
  return rateLimit({
    windowMs: MINUTE,
    limit: MOST_LOGINS,
    ...COMMON,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, response) => response.statusCode !== 401,
    handler(_request, _response, next) {
      next(gatewayProblem('rate_limited', `More than ${String(MOST_LOGINS)} wrong passwords in a minute.`));
    },
  });
}

const COMMON = {
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  // It writes its advice to the console. What it would say of proxies is said at the start.
  validate: false,
} as const;

function nameOf(request: Request): string {
  return clientOf(request) ?? ipKeyGenerator(request.ip ?? '');
}

function sizeOf({ headers, method, url }: Request, bodyLimit: number): number {
  if (method === 'GET' || method === 'HEAD') return Buffer.byteLength(url);
  const stated = Number(headers['content-length'] ?? NaN);
  return Number.isSafeInteger(stated) && stated >= 0 ? stated : bodyLimit;
}

function seconds(milliseconds: number): string {
  return `${String(Math.ceil(milliseconds / 1_000))} seconds`;
}
