import type { Request, RequestHandler, Response } from 'express';
import type { SpeechModel } from '../speech/provider.js';
import type { ListedVoice } from '../speech/service.js';
import { requestIdOf, setRequestId } from './request-id.js';

/** Makes the handler of `GET {mount}/audio/voices`. It answers from memory. */
export function createVoicesRoute(voices: () => readonly ListedVoice[]): RequestHandler {
  return function listVoices(request: Request, response: Response): void {
    setRequestId(response, requestIdOf(request, response));
    response.json({ voices: voices() });
  };
}

/** Makes the handler of `GET {mount}/audio/models`. It answers from memory. */
export function createModelsRoute(models: () => readonly SpeechModel[]): RequestHandler {
  return function listModels(request: Request, response: Response): void {
    setRequestId(response, requestIdOf(request, response));
    response.json({ models: models() });
  };
}
