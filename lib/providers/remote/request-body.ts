import type { SpeechRequest } from '../../speech/request.js';
import type { RemoteOptions } from './options.js';

/** Names that every server of this kind knows, for requests and options that name none. */
export const DEFAULT_MODEL = 'tts-1';
export const DEFAULT_VOICE = 'alloy';

/** Writes a request in OpenAI's wire format. The format is always named, as servers differ in their default. */
export function requestBody(request: SpeechRequest, { model, voice, voices }: RemoteOptions): string {
  const asked = request.voice ?? voice ?? DEFAULT_VOICE;
  return JSON.stringify({
    ...request.extra,
    model: request.model ?? model ?? DEFAULT_MODEL,
    input: request.input,
    voice: Object.hasOwn(voices, asked) ? voices[asked] : asked,
    instructions: request.instructions,
    response_format: request.format,
    speed: request.speed === 1 ? undefined : request.speed,
  });
}
