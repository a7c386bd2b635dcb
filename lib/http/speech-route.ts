import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Deadline, type Clock } from '../resilience/index.js';
import type { AudioCache } from '../speech/audio-cache.js';
import type { SpeechRequest } from '../speech/request.js';
import type { SpeechAudio, SpeechResult } from '../speech/provider.js';
import type { RequestTrace } from '../speech/request-trace.js';
import { isVisible } from '../speech/visible.js';
import type { ActiveRequests } from './active-requests.js';
import { ClientConnection } from './client-connection.js';
import { codeOf, exhausted, problem, type SpeechHttpError } from './problems.js';
import { readBody, type BodyOptions } from './read-body.js';
import { readSpeechRequest, type ReadRequest } from './read-speech-request.js';
import { requestIdOf } from './request-id.js';
import { RequestReport, type RequestWatcher } from './request-report.js';
import { sendAudio, sendAudioEvents } from './send-audio.js';
import { sendError, type ErrorMode } from './send-error.js';
import { reasonOf, sendText } from './send-text.js';
import {
  hasSpeechHeaders,
  NOBODY_ASKED,
  setSpeechHeaders,
  setTrailer,
  setWarnings,
  type ReplyFacts,
} from './speech-headers.js';

/** What a request is read and answered with. */
export interface SpeechService {
  readonly body: BodyOptions;
  readonly active: ActiveRequests;
  /** Milliseconds from the request to the first audio byte. */
  readonly deadline: number;
  readonly maxInput: number;
  readonly errors: ErrorMode;
  /** Whether the route answers GET as well. */
  readonly get: boolean;
  /** What was sent before, for whoever gets; nothing where none is kept. */
  readonly cache: AudioCache | undefined;
  /** Makes the text ready to be spoken; at once, with the same request, where nothing is to be done. Never rejects. */
  readonly prepare: (
    request: SpeechRequest,
    context: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ) => SpeechRequest | Promise<SpeechRequest>;
  readonly speak: (
    request: SpeechRequest,
    options: {
      readonly deadline: Deadline;
      readonly signal: AbortSignal;
      readonly fallback: 'chain' | 'none';
      readonly trace: RequestTrace | undefined;
    },
  ) => Promise<{ readonly result: SpeechResult | null; readonly facts: ReplyFacts }>;
}

/** What the route needs of the rest of the house. */
export interface SpeechRouteOptions {
  /** The service as it is configured at this moment. */
  readonly service: () => SpeechService;
  readonly clock: Clock;
  /** Says that the router is being closed and takes no new requests. */
  readonly isClosing: () => boolean;
  /** Called for every request; returns nothing where nobody wants to know how it ends. */
  readonly watch: () => RequestWatcher | undefined;
}

/** What one method of HTTP does otherwise than another on its way through the route. */
export interface SpeechMethod {
  /** Reads and checks what is asked for. Throws, or rejects with, the error to reply with. */
  readonly read: (
    request: Request,
    response: Response,
    service: SpeechService,
    requestId: string,
  ) => ReadRequest | Promise<ReadRequest>;
  /** Answers where no provider has to be asked for it, and says whether it did. A method without it leaves the cache alone. */
  readonly recall?: (request: Request, response: Response, asked: Asked) => boolean;
  /** Sends audio that a provider makes. */
  readonly sendAudio: (response: Response, audio: SpeechAudio, answer: Answer) => void | Promise<void>;
}

/** A request that has been read and let in. */
export interface Asked {
  readonly speech: SpeechRequest;
  readonly fallback: 'chain' | 'none';
  readonly requestId: string;
  readonly report: RequestReport | undefined;
  readonly cache: AudioCache | undefined;
}

/** What the chain made of a request, and how it is to be sent. */
export interface Answer extends ReadRequest {
  /** The text as the client sent it. */
  readonly input: string;
  readonly requestId: string;
  readonly result: SpeechResult | null;
  readonly facts: ReplyFacts;
  /** Where to keep it; nothing where it is not to be kept. */
  readonly cache: AudioCache | undefined;
}

/** Makes the handler of `POST {mount}/audio/speech`: read, ask the chain, send what came of it. */
export function createSpeechRoute(options: SpeechRouteOptions): RequestHandler {
  return createMethodRoute(options, POST);
}

const POST: SpeechMethod = {
  async read(request, response, { body, maxInput }, requestId) {
    return readSpeechRequest(await readBody(request, response, body), maxInput, requestId);
  },
  sendAudio(response, audio, { streamFormat }) {
    if (streamFormat === 'sse') return sendAudioEvents(response, audio);
    sendAudio(response, audio);
  },
};

/** Makes the handler of one method of the speech route. */
export function createMethodRoute(options: SpeechRouteOptions, method: SpeechMethod): RequestHandler {
  return function speech(request: Request, response: Response, next: NextFunction): void {
    const requestId = requestIdOf(request, response);
    // A HEAD asks for no speech, and is none in what is counted.
    const watcher = request.method === 'HEAD' ? undefined : options.watch();
    const report = watcher && new RequestReport(requestId, response, watcher, options.clock);
    const trace = watcher?.trace;
    const company = { requestId, report, trace };
    const answering =
      trace === undefined
        ? answer(request, response, company, options, method)
        : trace.run(() => answer(request, response, company, options, method));
    answering.catch((thrown: unknown) => {
      report?.failed(codeOf(thrown));
      if (!hasSpeechHeaders(response)) setSpeechHeaders(response, requestId, NOBODY_ASKED);
      sendError(response, next, options.service().errors, thrown);
    });
  };
}

/** What goes along with one request. */
interface Company {
  readonly requestId: string;
  readonly report: RequestReport | undefined;
  readonly trace: RequestTrace | undefined;
}

async function answer(
  request: Request,
  response: Response,
  { requestId, report, trace }: Company,
  options: SpeechRouteOptions,
  method: SpeechMethod,
): Promise<void> {
  if (options.isClosing()) throw closing();
  const first = options.service();
  const deadline = new Deadline(first.deadline, options.clock);
  const connection = new ClientConnection(response);
  const { speech: asked, streamFormat, ...wishes } = await method.read(request, response, first, requestId);
  report?.read(asked);
  const fallback = fallbackWish(request, wishes.fallback);
  // The body may have taken a while.
  if (options.isClosing()) throw closing();
  if (connection.hasLeft()) return;
  // So may another configuration have come, and from here on it has to be one and the same.
  const service = options.service();
  if (!service.active.admit(connection)) {
    throw problem('bulkhead_full', 'Too many speech requests at once; try again in a moment.');
  }
  const way = { deadline, signal: connection.signal, fallback, trace };
  const ready = service.prepare(asked, way);
  const speech = ready instanceof Promise ? await ready : ready;
  if (speech !== asked && !isVisible(speech.input)) {
    throw problem('invalid_value', 'input has nothing left to be spoken once its mark-up is read.', 'input');
  }
  if (connection.hasLeft()) return;
  const cache = method.recall === undefined ? undefined : service.cache;
  if (method.recall?.(request, response, { speech, fallback, requestId, report, cache }) === true) return;
  const { result, facts } = await service.speak(speech, way);
  report?.answered(result, facts);
  if (connection.hasLeft()) {
    if (result?.kind === 'audio') result.stream.destroy();
    return;
  }
  try {
    const { input } = asked;
    await send(request, response, { input, speech, streamFormat, fallback, requestId, result, facts, cache }, method);
  } catch (error) {
    if (result?.kind === 'audio') result.stream.destroy();
    throw error;
  }
}

async function send(request: Request, response: Response, answer: Answer, method: SpeechMethod): Promise<void> {
  const { input, requestId, result, facts, cache } = answer;
  setSpeechHeaders(response, requestId, facts, cache === undefined ? 'off' : 'miss');
  if (result === null) throw exhausted(reasonOf(facts.attempts));
  if (result.kind === 'text') {
    sendText(request, response, { input, result, attempts: facts.attempts });
    return;
  }
  setWarnings(response, result.warnings ?? []);
  setTrailer(response, result.stream, facts);
  await method.sendAudio(response, result, answer);
}

function closing(): SpeechHttpError {
  return problem('closing', 'The speech router is closing.');
}

/** Reads `X-Speech-Fallback` beside what the request itself says: `none` in either asks for the first provider or nothing. */
function fallbackWish(request: Request, said: ReadRequest['fallback']): ReadRequest['fallback'] {
  const wish = request.headers['x-speech-fallback'];
  if (wish === undefined) return said;
  if (typeof wish === 'string' && wish.trim().toLowerCase() === 'none') return 'none';
  throw problem('invalid_value', 'The header X-Speech-Fallback must be "none" where it is given.', 'X-Speech-Fallback');
}
