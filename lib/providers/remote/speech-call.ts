import type { IncomingMessage } from 'node:http';
import { contentTypeOf, type SpeechFormat } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { SynthesisContext } from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import { readText } from './body-reader.js';
import { checkHead } from './check-reply.js';
import type { RemoteClient } from './client.js';
import { failureOfStatus, messageOf, secretsOf } from './error-reply.js';
import type { Exchange } from './exchange.js';
import { limitsFor } from './limits.js';
import type { SentNames } from './names.js';
import type { RemoteOptions } from './options.js';
import { receiveBody, type ReceivedSound } from './received-sound.js';
import { requestBody } from './request-body.js';

/** Most bytes of an error's body: enough for its message. */
const MOST_ERROR_BYTES = 16 * 1024;
/** Milliseconds that the body of an error may take: the answer is known, its message is only for the log. */
const ERROR_BODY_LIMIT = 250;

/** Stale connections that one request may run into; a server that restarts leaves several in the pool. */
const MOST_STALE_SOCKETS = 2;

/** Successes that come without a body: no content, and a form that is to be empty again. */
const BODILESS: ReadonlySet<number | undefined> = new Set([204, 205]);
const PARTIAL = 206;

/** One request, and all that it takes to have a server speak it. */
export interface SpeechCall {
  readonly client: RemoteClient;
  readonly options: RemoteOptions;
  readonly request: SpeechRequest;
  /** The format that the server is asked for: the one that is wanted, or one that it can be made of. */
  readonly asked: SpeechFormat;
  readonly names: SentNames;
  readonly context: SynthesisContext;
  /** Called with each reply's head. */
  readonly onHead: (response: IncomingMessage) => void;
}

/** A call whose reply has begun. */
export interface OpenCall {
  readonly exchange: Exchange;
  readonly response: IncomingMessage;
}

/** A reply that is no success. */
export interface Refusal {
  readonly failure: SpeechError;
  readonly status: number;
  /** What the server has to say about it, as it came. */
  readonly said: string;
}

/** Has the server speak, and waits until the sound has proved itself, in whatever format. */
export async function speak(call: SpeechCall): Promise<ReceivedSound | Refusal> {
  return replyOf(call, await openCall(call));
}

/**
 * Sends the request and waits for the head of the reply. A connection that the server closed just as it was
 * used again has not seen the request, so that one is sent a second time, over a new connection.
 *
 * @param streamFormat `sse` where the sound is wanted in events
 */
export async function openCall(call: SpeechCall, streamFormat?: 'sse'): Promise<OpenCall> {
  const { client, options, request, asked, names, context, onHead } = call;
  const { signal, heard } = context;
  const sent = asked === request.format ? request : { ...request, format: asked };
  const body = requestBody(sent, options, names, streamFormat);
  const accept = `${contentTypeOf(asked)}, application/octet-stream`;
  const headers = {
    accept: streamFormat === undefined ? accept : `text/event-stream, ${accept}`,
    'x-request-id': request.requestId,
  };
  const timeout = limitsFor(options.timeout, request.input.length);
  for (let stale = 0; ; stale += 1) {
    const exchange = client.postSpeech(body, headers, { signal, maxBytes: options.maxBytes, timeout, onBytes: heard });
    try {
      const response = await exchange.head;
      onHead(response);
      return { exchange, response };
    } catch (error) {
      if (stale >= MOST_STALE_SOCKETS || !exchange.isStaleSocket) throw error;
    }
  }
}

/** Takes a reply that is the sound itself, under any status of success. */
export async function replyOf(call: SpeechCall, { exchange, response }: OpenCall): Promise<ReceivedSound | Refusal> {
  if (!isSuccess(response)) return refusalIn(call, { exchange, response });
  try {
    checkBody(response);
    checkHead(response, call.options.maxBytes);
  } catch (error) {
    exchange.fail(SpeechError.from(error));
    throw error;
  }
  return receiveBody(exchange, response, { asked: call.asked, pcm: call.options.pcm });
}

export function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** Refuses a success that cannot have all of the sound. */
function checkBody({ statusCode, headers }: IncomingMessage): void {
  if (BODILESS.has(statusCode)) throw new SpeechError('empty', 'the server answered with no content');
  if (statusCode !== PARTIAL) return;
  // Nobody asked for a part; from the first to the last byte it is the whole.
  const [, last, length] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  if (last === undefined || Number(last) + 1 !== Number(length)) {
    throw new SpeechError('bad_response', 'the server answered with a part of the sound');
  }
}

/** Makes the failure for a reply that is not a success, once the server's reasons have been read and the connection let go. */
export async function refusalIn(call: SpeechCall, { exchange, response }: OpenCall): Promise<Refusal> {
  const failure = failureOfStatus(response);
  const said = await errorBody(exchange, response);
  logRefusal(call, failure, said);
  return { failure, status: response.statusCode ?? 0, said };
}

/** Tells the log what a server said, unless that repeats what no log is to have. */
export function logRefusal(
  { options, request, context: { logger } }: SpeechCall,
  { code }: SpeechError,
  said: string,
): void {
  const detail = messageOf(said, secretsOf(request, options));
  const { requestId } = request;
  logger.debug({ event: 'refusal', requestId, provider: options.name, code, detail }, 'a remote refused');
}

/** Reads the body of an error for as long as it is worth waiting for, and lets the connection go. */
async function errorBody(exchange: Exchange, response: IncomingMessage): Promise<string> {
  const timer = setTimeout(() => {
    exchange.fail(new SpeechError('timeout.idle', 'the body of the error did not come'));
  }, ERROR_BODY_LIMIT);
  try {
    return await readText(exchange, response, MOST_ERROR_BYTES);
  } catch {
    return '';
  } finally {
    clearTimeout(timer);
  }
}
