import type { SpeechRequest } from '../../speech/request.js';
import type { SentNames } from './names.js';
import type { RemoteOptions } from './options.js';

/**
 * Writes a request in OpenAI's wire format. The format is always named, as servers differ in their default.
 *
 * @param streamFormat `sse` where the sound is wanted in events
 */
export function requestBody(
  request: SpeechRequest,
  { ssml }: Pick<RemoteOptions, 'ssml'>,
  { voice, model }: Pick<SentNames, 'voice' | 'model'>,
  streamFormat?: 'sse',
): string {
  return JSON.stringify({
    ...request.extra,
    model,
    input: (ssml ? request.ssml : undefined) ?? request.marked ?? request.input,
    voice,
    instructions: request.instructions,
    response_format: request.format,
    // A normal pace goes without saying, unless the client said it.
    speed: request.speed === 1 ? request.verbatim?.speed : request.speed,
    stream_format: streamFormat,
  });
}
