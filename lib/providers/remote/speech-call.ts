import type { IncomingMessage } from 'node:http';
import { pipeline, Transform, type Readable } from 'node:stream';
import { SpeechError } from '../../speech/error.js';
import { contentTypeOf } from '../../speech/formats.js';
import { declaredWavLength } from '../../speech/proof-containers.js';
import type { SpeechAudio, SynthesisContext } from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import { readText } from './body-reader.js';
import type { RemoteClient } from './client.js';
import { failureOfStatus, messageOf, secretsOf } from './error-reply.js';
import type { Exchange } from './exchange.js';
import { limitsFor } from './limits.js';
import type { RemoteOptions } from './options.js';
import { checkHead, proveBody } from './prove-body.js';
import { requestBody } from './request-body.js';
import type { SentNames } from './sent-names.js';

/** Most bytes of an error's body: enough for its message. */
const MOST_ERROR_BYTES = 16 * 1024;
/** Milliseconds that the body of an error may take: the answer is known, its message is only for the log. */
const ERROR_BODY_LIMIT = 250;

/** Stale connections that one request may run into; a server that restarts leaves several in the pool. */
const MOST_STALE_SOCKETS = 2;

/** One request, and all that it takes to have a server speak it. */
export interface SpeechCall {
  readonly client: RemoteClient;
  readonly options: RemoteOptions;
  readonly request: SpeechRequest;
  readonly names: SentNames;
  readonly context: SynthesisContext;
}

/** A call whose reply has begun. */
export interface OpenCall {
  readonly exchange: Exchange;
  readonly response: IncomingMessage;
}

/** Has the server speak, and waits until the sound has proved itself. */
export async function speak(call: SpeechCall): Promise<SpeechAudio> {
  return soundIn(call, await openCall(call));
}

/**
 * Sends the request and waits for the head of the reply. A connection that the server closed just as it was
 * used again has not seen the request, so that one is sent a second time, over a new connection.
 *
 * @param streamFormat `sse` where the sound is wanted in events
 */
export async function openCall(
  { client, options, request, names, context: { signal } }: SpeechCall,
  streamFormat?: 'sse',
): Promise<OpenCall> {
  const body = requestBody(request, options, names, streamFormat);
  const accept = `${contentTypeOf(request.format)}, application/octet-stream`;
  const headers = {
    accept: streamFormat === undefined ? accept : `text/event-stream, ${accept}`,
    'x-request-id': request.requestId,
  };
  const timeout = limitsFor(options.timeout, request.input.length);
  for (let stale = 0; ; stale += 1) {
    const exchange = client.postSpeech(body, headers, { signal, maxBytes: options.maxBytes, timeout });
    try {
      return { exchange, response: await exchange.head };
    } catch (error) {
      if (stale >= MOST_STALE_SOCKETS || !exchange.isStaleSocket) throw error;
    }
  }
}

/** Takes a reply that is the sound itself. */
export async function soundIn(call: SpeechCall, { exchange, response }: OpenCall): Promise<SpeechAudio> {
  const { format } = call.request;
  if (response.statusCode !== 200) throw await refusalIn(call, { exchange, response });
  try {
    checkHead(response, format, call.options.maxBytes);
  } catch (error) {
    exchange.fail(SpeechError.from(error));
    throw error;
  }
  const bytes = await proveBody(exchange, response, format);
  exchange.watchBody();
  const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
  const contentType = contentTypeOf(format);
  if (length !== undefined) return { kind: 'audio', contentType, stream: response, contentLength: Number(length) };
  if (encoding?.toLowerCase() === 'chunked') return { kind: 'audio', contentType, stream: response };
  const declared = format === 'wav' ? declaredWavLength(bytes) : undefined;
  if (declared === undefined) {
    const failure = new SpeechError(
      'bad_response',
      'the reply has neither length nor chunks, so its end proves nothing',
    );
    exchange.fail(failure);
    throw failure;
  }
  return { kind: 'audio', contentType, stream: untilDeclaredEnd(response, declared) };
}

/** Makes the failure for a reply that is not a success, once the server's reasons have been read and the connection let go. */
export async function refusalIn(call: SpeechCall, { exchange, response }: OpenCall): Promise<SpeechError> {
  const failure = failureOfStatus(response);
  logRefusal(call, failure, await errorBody(exchange, response));
  return failure;
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

/**
 * Passes on a body whose end is the end of the connection, and ends cleanly only where its container says that it is whole: cut
 * in the middle, it would look just the same.
 */
function untilDeclaredEnd(stream: Readable, length: number): Transform {
  let bytes = 0;
  const whole = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      callback(null, chunk);
    },
    flush(callback) {
      callback(bytes >= length ? null : new SpeechError('truncated', 'the server closed before the sound was whole'));
    },
  });
  pipeline(stream, whole, () => undefined);
  return whole;
}
