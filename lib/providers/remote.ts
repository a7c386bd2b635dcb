import type { IncomingMessage } from 'node:http';
import { pipeline, Transform, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { SpeechError } from '../speech/error.js';
import { contentTypeOf } from '../speech/formats.js';
import { declaredWavLength } from '../speech/proof-containers.js';
import type { SpeechAudio, SpeechProvider, SynthesisContext } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { SILENT_LOGGER } from '../speech/silent-logger.js';
import { readText } from './remote/body-reader.js';
import { RemoteClient } from './remote/client.js';
import { failureOfStatus, messageOf, secretsOf } from './remote/error-reply.js';
import type { Exchange } from './remote/exchange.js';
import { limitsFor } from './remote/limits.js';
import { readModels, readVoices } from './remote/lists.js';
import type { RemoteOptions } from './remote/options.js';
import { checkHead, proveBody } from './remote/prove-body.js';
import { requestBody } from './remote/request-body.js';

export type { RemoteOptions } from './remote/options.js';

/** Most bytes of an error's body: enough for its message. */
const MOST_ERROR_BYTES = 16 * 1024;
/** Milliseconds that the body of an error may take: the answer is known, its message is only for the log. */
const ERROR_BODY_LIMIT = 250;
/** Most bytes of a list of voices or models. */
const MOST_LIST_BYTES = 1024 * 1024;

/** Stale connections that one request may run into; a server that restarts leaves several in the pool. */
const MOST_STALE_SOCKETS = 2;

/** Milliseconds for which a spoken check that went well stands: speaking costs money, and the cheap check goes on meanwhile. */
const SPOKEN_STANDS = 60_000;
/** What a spoken check says. */
const CANARY = {
  input: 'Yes.',
  speed: 1,
  voice: undefined,
  model: undefined,
  instructions: undefined,
  extra: {},
  requestId: 'health-check',
};

type Signalled = { readonly signal: AbortSignal };

/** Makes a provider that asks an OpenAI-compatible server. */
export function createRemoteProvider(options: RemoteOptions): SpeechProvider {
  const client = new RemoteClient(options);
  const { formats, maxInput } = options;
  let spokenWellUntil = 0;

  async function synthesize(request: SpeechRequest, context: SynthesisContext): Promise<SpeechAudio> {
    if (!formats.includes(request.format)) {
      throw new SpeechError('unsupported', `this server does not make ${request.format}`);
    }
    return prove(await openCall(client, options, request, context), request, options, context);
  }

  /** Has the server speak a word, to its end. */
  async function speak(signal: AbortSignal): Promise<void> {
    const context = { signal, deadline: options.timeout.total, logger: SILENT_LOGGER };
    const { stream } = await synthesize({ ...CANARY, format: formats[0] ?? 'mp3' }, context);
    await finished(stream.resume());
  }

  async function list(path: string, signal: AbortSignal): Promise<unknown> {
    const exchange = client.get(path, { signal, maxBytes: MOST_LIST_BYTES });
    const response = await exchange.head;
    if (response.statusCode !== 200) {
      response.destroy();
      throw failureOfStatus(response);
    }
    return parseList(await readText(exchange, response, MOST_LIST_BYTES));
  }

  return {
    name: options.name,
    type: 'remote',
    capabilities: maxInput === undefined ? { formats } : { formats, maxInput },

    synthesize,

    async check({ signal }) {
      const exchange = client.get(options.healthPath ?? '/models', { signal, maxBytes: MOST_LIST_BYTES });
      const response = await exchange.head;
      response.destroy();
      const status = response.statusCode ?? 0;
      // A server without a list of models is well all the same; one that was given a path to check should know it.
      const isMissingList = options.healthPath === undefined && (status === 404 || status === 405);
      if (!(status >= 200 && status < 300) && !isMissingList) throw failureOfStatus(response);
      if (options.healthSpeaks !== true || performance.now() < spokenWellUntil) return;
      await speak(signal);
      spokenWellUntil = performance.now() + SPOKEN_STANDS;
    },

    voices: async ({ signal }: Signalled) => readVoices(await list('/audio/voices', signal)),

    models: async ({ signal }: Signalled) => {
      try {
        return readModels(await list('/models', signal));
      } catch (error) {
        if (!SpeechError.is(error) || error.code !== 'status.404') throw error;
        return readModels(await list('/audio/models', signal));
      }
    },

    close() {
      client.close();
    },
  };
}

/** A call whose reply has begun. */
interface OpenCall {
  readonly exchange: Exchange;
  readonly response: IncomingMessage;
}

/**
 * Sends the request and waits for the head of the reply. A connection that the server closed just as it was
 * used again has not seen the request, so that one is sent a second time, over a new connection.
 */
async function openCall(
  client: RemoteClient,
  options: RemoteOptions,
  request: SpeechRequest,
  { signal }: SynthesisContext,
): Promise<OpenCall> {
  const body = requestBody(request, options);
  const headers = {
    accept: `${contentTypeOf(request.format)}, application/octet-stream`,
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

async function prove(
  { exchange, response }: OpenCall,
  request: SpeechRequest,
  options: RemoteOptions,
  { logger }: SynthesisContext,
): Promise<SpeechAudio> {
  if (response.statusCode !== 200) {
    const failure = failureOfStatus(response);
    const message = messageOf(await errorBody(exchange, response), secretsOf(request, options));
    logger.debug(
      { event: 'refusal', requestId: request.requestId, provider: options.name, code: failure.code, detail: message },
      'a remote refused',
    );
    throw failure;
  }
  try {
    checkHead(response, request.format, options.maxBytes);
  } catch (error) {
    exchange.fail(SpeechError.from(error));
    throw error;
  }
  const bytes = await proveBody(exchange, response, request.format);
  exchange.watchBody();
  const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
  const contentType = contentTypeOf(request.format);
  if (length !== undefined) return { kind: 'audio', contentType, stream: response, contentLength: Number(length) };
  if (encoding?.toLowerCase() === 'chunked') return { kind: 'audio', contentType, stream: response };
  const declared = request.format === 'wav' ? declaredWavLength(bytes) : undefined;
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

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpeechError('bad_response', 'the list is not JSON', { cause });
  }
}
