import type { ErrorRequestHandler, RequestHandler } from 'express';
import { toHttpError } from '../http/problems.js';
import { gatewayProblem } from './problems.js';

/** Answers what nobody else has: the gateway has nothing at this address. */
export const notFound: RequestHandler = (_request, _response, next) => {
  next(gatewayProblem('not_found', 'There is nothing here. Speech is at POST /v1/audio/speech.'));
};

/** Writes errors in the shape of OpenAI’s API, as the router does. */
export const errorReply: ErrorRequestHandler = (thrown, _request, response, next) => {
  const error = toHttpError(thrown);
  if (response.headersSent) {
    next(thrown);
    return;
  }
  response.set(error.headers).status(error.status).json({ error: error.body });
};
