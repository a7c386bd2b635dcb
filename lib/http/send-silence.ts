import type { Request } from 'express';
import { contentTypeOf, type SpeechFormat } from '../audio/formats.js';
import { silenceOf } from '../audio/silence.js';
import { NOBODY_ASKED } from '../speech/outcome.js';
import type { SpokenAudio } from '../speech/spoken.js';
import type { ReplyChannel } from './reply-channel.js';
import { sendAudioEvents } from './send-audio-events.js';
import { sendAudio } from './send-audio.js';
import { sendCachedAudio } from './send-cached-audio.js';
import { setSpeechHeaders, setWarnings } from './speech-headers.js';

const WARNING = 'nothing-to-say';

/**
 * Answers a request for text with nothing to pronounce: with a short silence, and without asking anybody. Applications that send an
 * answer sentence by sentence send such pieces, and an error would end their reading.
 */
export async function sendSilence(
  request: Request,
  channel: ReplyChannel,
  { format, requestId }: { readonly format: SpeechFormat; readonly requestId: string },
  streamFormat: 'audio' | 'sse',
): Promise<void> {
  const { response } = channel;
  setSpeechHeaders(response, requestId, NOBODY_ASKED);
  setWarnings(response, [WARNING]);
  const body = silenceOf(format);
  const contentType = contentTypeOf(format);
  if (request.method !== 'POST') {
    // Players ask for a part of it first, as of any other file.
    sendCachedAudio(request, response, { id: `silence-${format}`, body, contentType, provider: 'none', warnings: [] });
    return;
  }
  const audio: SpokenAudio = {
    kind: 'audio',
    contentType,
    ...{ begun: [body], rest: undefined, contentLength: body.length, warnings: [WARNING] },
  };
  await (streamFormat === 'sse' ? sendAudioEvents(channel, audio) : sendAudio(channel, audio));
}
