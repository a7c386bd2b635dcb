import type { NextFunction, Response } from 'express';
import { isSpeechHttpError, problem, type SpeechHttpError } from './problems.js';

/** How errors leave: `reply` renders them here, `next` hands them to the host's own error handler. */
export type ErrorMode = 'reply' | 'next';

/** Ends a request with an error, whatever state its response is in. */
export function sendError(response: Response, next: NextFunction, mode: ErrorMode, thrown: unknown): void {
  const error = isSpeechHttpError(thrown) ? thrown : internal(thrown);
  if (response.headersSent) {
    // Half a reply must not look like a whole one.
    response.destroy();
    return;
  }
  if (response.destroyed) return;
  // A client that is still uploading hears nothing from Express's own handler, which waits for the end of the upload.
  if (mode === 'next' && response.req.complete) {
    next(error);
    return;
  }
  renderError(response, error, {});
}

/** Writes the error body, with `extra` keys beside `error`. */
export function renderError(response: Response, error: SpeechHttpError, extra: object): void {
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  response.status(error.status).json({ error: error.body, ...extra });
}

function internal(thrown: unknown): SpeechHttpError {
  const error = problem('internal', 'Something went wrong inside the speech router.');
  error.cause = thrown;
  return error;
}
