import type { Readable } from 'node:stream';
import type { Response } from 'express';
import { SpeechError } from '../speech/error.js';
import type { SpeechAudio } from '../speech/provider.js';
import { deltasOf } from './audio-deltas.js';

/**
 * Sends proven audio as it comes. Should it fail on the way, the connection is destroyed: a clean end would pass a cut
 * sentence off as a whole one.
 *
 * @param cacheControl what caches on the way and in the client may do with it
 */
export function sendAudio(response: Response, audio: SpeechAudio, cacheControl = 'no-store'): void {
  response.setHeader('Content-Type', audio.contentType);
  setAudioHeaders(response, cacheControl);
  if (audio.contentLength !== undefined) response.setHeader('Content-Length', audio.contentLength);
  releaseWithResponse(response, audio.stream);
  audio.stream.pipe(response);
}

/**
 * Sends proven audio as the server-sent events of OpenAI's API: `speech.audio.delta` with base64 audio, and `speech.audio.done`
 * once all of it has been sent. A stream that fails ends with an `error` event, which says why, and a destroyed connection.
 */
export async function sendAudioEvents(response: Response, audio: SpeechAudio): Promise<void> {
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  // nginx would gather the events into one reply.
  response.setHeader('X-Accel-Buffering', 'no');
  // A compressing middleware would hold them back until it has enough.
  setAudioHeaders(response, 'no-store, no-transform');
  response.once('close', () => {
    audio.stream.destroy();
  });
  const drained = drainsOf(response);
  try {
    for await (const delta of deltasOf(audio.stream as AsyncIterable<Uint8Array>)) {
      const event = { type: 'speech.audio.delta', audio: delta.toString('base64') };
      if (!response.write(eventLine(event))) await drained();
      if (response.destroyed) return;
    }
    response.end(eventLine({ type: 'speech.audio.done', usage: usageOf(audio) }));
  } catch (thrown) {
    const { code } = SpeechError.from(thrown);
    const error = { message: 'The speech broke off.', type: 'server_error', param: null, code };
    response.write(eventLine({ type: 'error', error }), () => {
      response.destroy();
    });
  }
}

/** Tokens are a unit of OpenAI's own models; characters are not tokens, so where nobody has counted any, no number is made up here. */
function usageOf({ usage }: SpeechAudio): object {
  const used = usage?.();
  return {
    input_tokens: used?.inputTokens ?? 0,
    output_tokens: used?.outputTokens ?? 0,
    total_tokens: used?.totalTokens ?? 0,
  };
}

function setAudioHeaders(response: Response, cacheControl: string): void {
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/**
 * Ends a reply in a way that cannot be taken for its end. Without chunks and a length, as in HTTP/1.0, an orderly end of the connection
 * is one, so it is reset.
 */
function breakConnection(response: Response): void {
  if (!response.chunkedEncoding && !response.hasHeader('Content-Length')) response.socket?.resetAndDestroy();
  response.destroy();
}

/** Ties the two lives together: the reply never outlives the audio, nor the audio the reply. */
function releaseWithResponse(response: Response, stream: Readable): void {
  const breakOff = (): void => {
    breakConnection(response);
  };
  stream.once('error', breakOff);
  stream.once('close', () => {
    if (!stream.readableEnded) breakOff();
  });
  response.once('close', () => {
    stream.destroy();
  });
}

function eventLine(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/**
 * Makes what waits until the reply takes more. It listens once for the whole reply: middleware that packs replies takes listeners for
 * `drain` over, and nobody can take them off again.
 */
function drainsOf(response: Response): () => Promise<void> {
  let wake: (() => void) | undefined;
  const onRoom = (): void => wake?.();
  response.on('drain', onRoom);
  response.once('close', onRoom);
  return () =>
    new Promise((resolve) => {
      wake = resolve;
      if (response.destroyed) resolve();
    });
}
