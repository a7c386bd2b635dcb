import type { NextFunction } from 'express';
import type { SpeechHttpError } from './problems.js';
import type { ReplyChannel } from './reply-channel.js';
import { sendJson } from './send-json.js';

/** How errors leave: `reply` renders them here, `next` hands them to the host's own error handler. */
export type ErrorMode = 'reply' | 'next';

/** Headers that told of what was to be sent. */
const OF_A_BODY = ['Content-Type', 'Content-Length', 'Transfer-Encoding', 'Trailer', 'ETag'];

/** Ends a request with an error, whatever state its reply is in. What somebody else has answered is left alone. */
export function sendError(channel: ReplyChannel, next: NextFunction, mode: ErrorMode, error: SpeechHttpError): void {
  if (!channel.claim()) return;
  if (channel.response.headersSent) {
    // Half a reply must not look like a whole one.
    channel.breakOff();
    return;
  }
  // A client that is still uploading hears nothing from Express's own handler, which waits for the end of the upload.
  if (mode === 'next' && !channel.isUploading) next(error);
  else renderError(channel, error, {});
}

/** Writes the error body, with `extra` keys beside `error`. */
export function renderError(channel: ReplyChannel, error: SpeechHttpError, extra: object): void {
  channel.response.removeHeader('Trailer');
  for (const [name, value] of Object.entries(error.headers)) channel.response.setHeader(name, value);
  sendJson(channel, error.status, { error: error.body, ...extra });
}

/**
 * Ends a request whose error could not be sent, as the host's own code throws at it: with a status and nothing else, or with a broken
 * connection where even that fails. Never throws, and never leaves the client waiting.
 */
export function sendBareError(channel: ReplyChannel): void {
  const { response } = channel;
  try {
    if (!channel.claim()) return;
    if (!response.headersSent) {
      for (const name of OF_A_BODY) response.removeHeader(name);
      response.statusCode = 500;
      channel.end();
    }
  } catch {
    // The connection is closed instead.
  }
  if (!response.writableEnded) channel.breakOff();
}
