import { SPEECH_FORMATS, type SpeechFormat } from '../../audio/formats.js';
import { sniffAudio } from '../../audio/sniff.js';
import { readBytes } from '../../providers/remote/body-reader.js';
import { RemoteClient } from '../../providers/remote/client.js';
import { messageOf, secretsOf } from '../../providers/remote/error-reply.js';
import { namesFor, NOTHING_KNOWN } from '../../providers/remote/names.js';
import type { RemoteOptions } from '../../providers/remote/provider.js';
import { requestBody } from '../../providers/remote/request-body.js';
import { phraseIn } from '../speak-once.js';

/** Most bytes that are looked at: enough for a message, and for the first frames of sound behind a small picture. */
const MOST_BYTES = 64 * 1024;

/** What a server sends where sound was asked for. */
export interface Sent {
  /** Its type without parameters, in plain words of the known ones. */
  readonly type: 'JSON' | 'a web page' | 'text' | undefined;
  /** The format that the bytes are in, if they are sound. */
  readonly format: SpeechFormat | undefined;
  /** The server’s own words, if it has some and they repeat nothing secret. */
  readonly message: string;
}

/** What is known of a server that was not looked at. */
export const NOTHING: Sent = { type: undefined, format: undefined, message: '' };

/** Asks for speech once more and looks at what comes in its place, to be able to say what is wrong. */
export async function inspectReply(options: RemoteOptions, asked: SpeechFormat, signal: AbortSignal): Promise<Sent> {
  const request = phraseIn(asked);
  const client = new RemoteClient(options);
  try {
    const headers = { accept: 'application/json, application/octet-stream', 'x-request-id': request.requestId };
    const body = requestBody(request, options, namesFor(request, options, NOTHING_KNOWN));
    const exchange = client.postSpeech(body, headers, { signal, maxBytes: options.maxBytes });
    const response = await exchange.head;
    const bytes = await readBytes(exchange, response, MOST_BYTES);
    const format = SPEECH_FORMATS.find((each) => each !== 'pcm' && sniffAudio(each, bytes) === 'valid');
    const text = format === undefined ? bytes.toString('utf8') : '';
    return {
      type: typeOf(text),
      format,
      message: messageOf(text, secretsOf(request, options)).replace(/(?<![.\s])[.\s]+$/, ''),
    };
  } catch {
    return NOTHING;
  } finally {
    client.close();
  }
}

function typeOf(text: string): Sent['type'] {
  const start = text.trimStart().slice(0, 1);
  if (start === '{' || start === '[') return 'JSON';
  if (start === '<') return 'a web page';
  return start !== '' && /^[\t\n\r\x20-\x7e]*$/.test(text.slice(0, 200)) ? 'text' : undefined;
}
