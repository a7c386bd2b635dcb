import type { ServerResponse } from 'node:http';
import type { SpeechFormat } from '../../lib/audio/formats.js';
import { soundIn } from './audio.js';

/** Bytes of sound in an event; a number that neither base64 nor samples divide evenly. */
const PIECE = 331;

export const DONE =
  'data: {"type":"speech.audio.done","usage":{"input_tokens":3,"output_tokens":44,"total_tokens":47}}\n\n';

export function delta(sound: Uint8Array): string {
  return `data: ${JSON.stringify({ type: 'speech.audio.delta', audio: Buffer.from(sound).toString('base64') })}\n\n`;
}

/** Writes sound as the events of OpenAI's API, without the last one. */
export function deltas(sound: Buffer): string {
  const pieces = Array.from({ length: Math.ceil(sound.length / PIECE) }, (_, index) =>
    delta(sound.subarray(index * PIECE, (index + 1) * PIECE)),
  );
  return pieces.join('');
}

type Write = (response: ServerResponse, events: string) => void;

const events =
  (write: Write) =>
  (response: ServerResponse, format: SpeechFormat): void => {
    response.setHeader('content-type', 'text/event-stream');
    write(response, deltas(soundIn(format)));
  };

/** Sends the first half, and goes on when it is on its way. */
const half = (then: (response: ServerResponse) => void): ReturnType<typeof events> =>
  events((response, text) => {
    response.write(text.slice(0, text.indexOf('\n\n', text.length / 2) + 2), () => {
      setTimeout(() => {
        then(response);
      }, 20);
    });
  });

/** What a server that speaks in events can do to its clients, by name. */
export const EVENT_BEHAVIOURS = {
  'speaks in events': events((response, text) => response.end(text + DONE)),
  'rests in the middle of its events': half(() => undefined),
  'resets in the middle of its events': half((response) => response.socket?.resetAndDestroy()),
  'cuts its events': half((response) => response.socket?.end()),
  'ends its events without a word': half((response) => response.end()),
  'reports an error among its events': half((response) =>
    response.end('event: error\ndata: {"error":{"message":"out of memory"}}\n\n'),
  ),
  'sends HTML under the type of events': events((response) => response.end('<!doctype html>\n\n<html>Not here</html>')),
  'never ends its events': events((response, text) => {
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(text)) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  }),
};
