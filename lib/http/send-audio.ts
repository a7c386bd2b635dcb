import type { SpokenAudio } from '../speech/spoken.js';
import type { ReplyChannel } from './reply-channel.js';
import { AT_ONCE, fitsAtOnce, sendOpen, sendPieces, soundOf } from './send-pieces.js';

export interface AudioReply {
  /** What caches on the way and in the client may do with it. */
  readonly cacheControl?: string;
  /** Names the bytes, for whoever asks for them again. */
  readonly tag?: string | undefined;
  /** Tells in the end what has become of the speech, where the reply can have a trailer. */
  readonly trailer?: (() => string) | undefined;
}

/**
 * Sends proven audio: all of it at once where it is whole, else as it comes.
 *
 * Rejects when it breaks off on the way: a clean end would pass a cut sentence off as a whole one.
 */
export async function sendAudio(channel: ReplyChannel, audio: SpokenAudio, reply: AudioReply = {}): Promise<void> {
  const { cacheControl = 'no-store', tag, trailer } = reply;
  const { begun, rest, contentType, contentLength } = audio;
  const { response } = channel;
  setAudioHeaders(channel, contentType, cacheControl);
  if (tag !== undefined) response.setHeader('ETag', tag);
  if (contentLength === undefined) response.removeHeader('Content-Length');
  else response.setHeader('Content-Length', contentLength);
  if (rest !== undefined) await sendOpen(channel, soundOf(audio), rest, trailer);
  else if (fitsAtOnce(channel, contentLength ?? 0)) channel.end(joined(begun));
  else await sendPieces(channel, portionsOf(begun));
}

/** Sets what stands on every reply with sound in it. */
export function setAudioHeaders({ response }: ReplyChannel, contentType: string, cacheControl: string): void {
  response.statusCode = 200;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** Joins pieces; one alone is not copied. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

function* portionsOf(pieces: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += AT_ONCE) yield piece.subarray(at, at + AT_ONCE);
  }
}
