import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Deadline, type Clock } from '../resilience/index.js';
import type { SpeechRequest } from '../speech/request.js';
import type { SpeechResult } from '../speech/provider.js';
import type { RequestTrace } from '../speech/request-trace.js';
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

/** Makes the handler of `POST {mount}/audio/speech`: read, ask the chain, send what came of it. */
export function createSpeechRoute(options: SpeechRouteOptions): RequestHandler {
  return function speech(request: Request, response: Response, next: NextFunction): void {
    const requestId = requestIdOf(request);
    const watcher = options.watch();
    const report = watcher && new RequestReport(requestId, response, watcher, options.clock);
    const trace = watcher?.trace;
    const company = { requestId, report, trace };
    const answering =
      trace === undefined
        ? answer(request, response, company, options)
        : trace.run(() => answer(request, response, company, options));
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
): Promise<void> {
  if (options.isClosing()) throw closing();
  const { body: bodyOptions, deadline: limit, maxInput } = options.service();
  const deadline = new Deadline(limit, options.clock);
  const connection = new ClientConnection(response);
  const body = await readBody(request, response, bodyOptions);
  const { speech, streamFormat } = readSpeechRequest(body, maxInput, requestId);
  report?.read(speech);
  const fallback = fallbackWish(request);
  // The body may have taken a while.
  if (options.isClosing()) throw closing();
  if (connection.hasLeft()) return;
  // So may another configuration have come, and from here on it has to be one and the same.
  const service = options.service();
  if (!service.active.admit(connection)) {
    throw problem('bulkhead_full', 'Too many speech requests at once; try again in a moment.');
  }
  const { result, facts } = await service.speak(speech, { deadline, signal: connection.signal, fallback, trace });
  report?.answered(result, facts);
  if (connection.hasLeft()) {
    if (result?.kind === 'audio') result.stream.destroy();
    return;
  }
  try {
    await send(request, response, { speech, streamFormat, requestId, result, facts });
  } catch (error) {
    if (result?.kind === 'audio') result.stream.destroy();
    throw error;
  }
}

interface Answer extends ReadRequest {
  readonly requestId: string;
  readonly result: SpeechResult | null;
  readonly facts: ReplyFacts;
}

async function send(request: Request, response: Response, answer: Answer): Promise<void> {
  const { speech, streamFormat, requestId, result, facts } = answer;
  setSpeechHeaders(response, requestId, facts);
  if (result === null) throw exhausted(reasonOf(facts.attempts));
  if (result.kind === 'text') {
    sendText(request, response, { input: speech.input, result, attempts: facts.attempts });
    return;
  }
  setWarnings(response, result.warnings ?? []);
  setTrailer(response, result.stream, facts);
  if (streamFormat === 'sse') await sendAudioEvents(response, result);
  else sendAudio(response, result);
}

function closing(): SpeechHttpError {
  return problem('closing', 'The speech router is closing.');
}

/** Reads `X-Speech-Fallback`: `none` asks for the first provider or nothing. */
function fallbackWish(request: Request): 'chain' | 'none' {
  const wish = request.headers['x-speech-fallback'];
  if (wish === undefined) return 'chain';
  if (typeof wish === 'string' && wish.trim().toLowerCase() === 'none') return 'none';
  throw problem('invalid_value', 'The header X-Speech-Fallback must be "none" where it is given.', 'X-Speech-Fallback');
}
