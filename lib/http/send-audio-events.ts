import { SpeechError } from '../speech/error.js';
import type { SpokenAudio } from '../speech/spoken.js';
import { deltasOf } from './audio-deltas.js';
import type { ReplyChannel } from './reply-channel.js';
import { setAudioHeaders, type AudioReply } from './send-audio.js';
import { fitsAtOnce, sendOpen, sendPieces, soundOf } from './send-pieces.js';

/**
 * Sends proven audio as the server-sent events of OpenAI's API: `speech.audio.delta` with base64 audio, and `speech.audio.done`
 * once all of it has been sent. Audio that breaks off ends with an `error` event, which says why.
 *
 * Rejects when it breaks off on the way: the reply is to be broken off behind that event.
 */
export async function sendAudioEvents(
  channel: ReplyChannel,
  audio: SpokenAudio,
  { trailer }: AudioReply = {},
): Promise<void> {
  const { response } = channel;
  // Neither a compressing middleware nor nginx is to gather the events into one reply.
  setAudioHeaders(channel, 'text/event-stream; charset=utf-8', 'no-store, no-transform');
  response.setHeader('X-Accel-Buffering', 'no');
  response.removeHeader('Content-Length');
  if (audio.rest === undefined) return sendWhole(channel, audio);
  try {
    await sendOpen(channel, eventsOf(audio), audio.rest, trailer);
  } catch (thrown) {
    if (response.headersSent) void channel.write(errorEvent(thrown));
    throw thrown;
  }
}

async function sendWhole(channel: ReplyChannel, audio: SpokenAudio): Promise<void> {
  if (!fitsAtOnce(channel, audio.contentLength ?? 0)) return sendPieces(channel, eventsOf(audio));
  const events: string[] = [];
  for await (const event of eventsOf(audio)) events.push(event);
  channel.end(events.join(''));
}

async function* eventsOf(audio: SpokenAudio): AsyncGenerator<string, void, undefined> {
  for await (const delta of deltasOf(soundOf(audio))) {
    yield eventLine({ type: 'speech.audio.delta', audio: delta.toString('base64') });
  }
  yield eventLine({ type: 'speech.audio.done', usage: usageOf(audio) });
}

function errorEvent(thrown: unknown): string {
  const { code } = SpeechError.from(thrown);
  const error = { message: 'The speech broke off.', type: 'server_error', param: null, code };
  return eventLine({ type: 'error', error });
}

/** Tokens are a unit of OpenAI's own models; characters are not tokens, so where nobody has counted any, no number is made up here. */
function usageOf({ usage }: SpokenAudio): object {
  const used = usage?.();
  return {
    input_tokens: used?.inputTokens ?? 0,
    output_tokens: used?.outputTokens ?? 0,
    total_tokens: used?.totalTokens ?? 0,
  };
}

function eventLine(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
