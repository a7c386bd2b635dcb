import type { RequestHandler } from 'express';
import type { SpeechRouter } from '../router.js';
import { CONTROL } from '../speech/control.js';

/** The name that OpenAI’s clients ask for where nobody has told them another. */
const USUAL = 'tts-1';

/**
 * Makes the handler of `GET /v1/models`, which chat UIs read to see whether there is anybody: the models of the router, from memory, in
 * the shape of OpenAI’s list. A gateway whose servers list none still answers to the usual name.
 */
export function createModelsList({ [CONTROL]: control }: SpeechRouter): RequestHandler {
  return function listModels(_request, response) {
    const models = control.models().map(({ id }) => id);
    const ids = models.length === 0 ? [USUAL] : models;
    // Nobody knows when they were made, and a client that reads the list wants a number there.
    const data = ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'express-speech' }));
    response.json({ object: 'list', data });
  };
}
