import type { RequestHandler } from 'express';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  // A sentence that was tried is played from memory.
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No string becomes markup, but for the templates of lit-html, which are constants.
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

/** Makes the middleware that sets the headers of every reply, refusals included. */
export function createPageHeaders(): RequestHandler {
  return function speechAdminHeaders(_request, response, next) {
    response.set({
      'Content-Security-Policy': POLICY,
      'Cache-Control': 'no-store',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
    next();
  };
}
