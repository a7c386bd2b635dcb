import type { RequestHandler } from 'express';
import type { SpeechRouter } from '../router.js';

/** Whether a gateway takes requests. */
export type Readiness = 'starting' | 'ready' | 'stopping';

/** Makes the handler of `GET /health`: the process lives, whatever becomes of its servers. To restart it would mend none of them. */
export function createHealth(speech: SpeechRouter): RequestHandler {
  return function health(_request, response) {
    response.set('Cache-Control', 'no-store').json({ status: speech.status().status });
  };
}

/**
 * Makes the handler of `GET /ready`: 200 from the moment that the voice is warm and every server has been looked at, until it is told to
 * stop. A gateway with dead servers is ready: it has a voice of its own, or the text.
 */
export function createReady(readiness: () => Readiness): RequestHandler {
  return function ready(_request, response) {
    const state = readiness();
    response
      .set('Cache-Control', 'no-store')
      .status(state === 'ready' ? 200 : 503)
      .json({ status: state });
  };
}
