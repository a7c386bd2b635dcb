import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { SpeechError } from '../../speech/error.js';
import type { SpeechUsage } from '../../speech/provider.js';
import { discard } from '../../streams/discard.js';
import { EventReader } from './event-reader.js';
import type { Exchange } from './exchange.js';

export interface EventSoundOptions {
  readonly signal: AbortSignal;
  /** Most bytes of the reply, as they come: its events are a third longer than the sound in them. */
  readonly maxBytes: number;
  /** Called when the stream of events went wrong by what was in it; `said` is what the server reported. */
  readonly onFailure: (error: SpeechError, said: string | undefined) => void;
}

/** The sound that was in a stream of events. */
export interface EventSound {
  readonly stream: Readable;
  /** What the speech has used, once the stream has ended and where the server said so. */
  readonly usage: () => SpeechUsage | undefined;
}

/** Takes the sound out of a reply that is a stream of events. It ends when the server says that it is whole, and only then. */
export function soundOfEvents(
  exchange: Exchange,
  response: IncomingMessage,
  { signal, maxBytes, onFailure }: EventSoundOptions,
): EventSound {
  let usage: SpeechUsage | undefined;
  let isWhole = false;
  let bytes = 0;

  const fail = (error: SpeechError): void => {
    exchange.fail(error);
    // The response may have ended in order, and then has no error to tell any more.
    discard(stream, error);
  };
  const reader = new EventReader({
    maxLength: maxBytes,
    onSound: (sound) => {
      if (!stream.push(sound)) response.pause();
    },
    onDone: (used) => {
      usage = used;
      isWhole = true;
      stream.push(null);
      // What is left is taken, so that the connection can be used again.
      response.resume();
    },
    onFailure: (error, said) => {
      onFailure(error, said);
      fail(error);
    },
  });
  const stream = new Readable({
    read: () => {
      response.resume();
    },
    destroy: (error, callback) => {
      signal.removeEventListener('abort', onAbort);
      if (!isWhole) discard(response);
      callback(error);
    },
  });
  // The exchange hears no signal any more when the reply has come, and the reader may still be at its beginning.
  const onAbort = (): void => {
    discard(stream, new SpeechError('aborted', 'the call is not wanted any more'));
  };

  signal.addEventListener('abort', onAbort, { once: true });
  // Between the proof and whoever sends it, an error must find somebody to catch it.
  stream.on('error', () => undefined);
  response.on('error', (error) => {
    if (!isWhole) discard(stream, error);
  });
  response.on('data', (chunk: Buffer) => {
    // What comes behind the end has no part in it; the exchange keeps an eye on how much that is.
    if (isWhole) return;
    bytes += chunk.length;
    if (bytes > maxBytes) fail(new SpeechError('too_large', 'the server sent too many bytes'));
    else reader.read(chunk);
  });
  response.once('end', () => {
    reader.end();
  });
  return { stream, usage: () => usage };
}
