import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Deadline, type Clock } from '../resilience/index.js';
import type { AudioCache, PlayerMemory } from '../speech/audio-cache.js';
import { NOBODY_ASKED, type ReplyFacts } from '../speech/outcome.js';
import type { SpeechRequest } from '../speech/request.js';
import type { RequestWatcher, SpeechService } from '../speech/service.js';
import type { SpokenAudio, SpokenResult } from '../speech/spoken.js';
import type { RequestTrace } from '../speech/trace.js';
import { discard } from '../streams/discard.js';
import { cleanText } from '../text/clean-text.js';
import { isPronounceable } from '../text/pronounceable.js';
import { hasVisibleText } from '../text/visible.js';
import { ClientConnection } from './client-connection.js';
import { exhausted, problem, toHttpError, type SpeechHttpError } from './problems.js';
import { readBody } from './read-body.js';
import { readSpeechRequest, type ReadRequest } from './read-speech-request.js';
import { ReplyChannel } from './reply-channel.js';
import { requestIdOf } from './request-id.js';
import { RequestReport } from './request-report.js';
import { sendAudioEvents } from './send-audio-events.js';
import { sendAudio, type AudioReply } from './send-audio.js';
import { sendBareError, sendError } from './send-error.js';
import { sendSilence } from './send-silence.js';
import { reasonOf, sendText } from './send-text.js';
import { hasSpeechHeaders, serverTimingOf, setSpeechHeaders, setWarnings } from './speech-headers.js';

/** What the route needs of the rest of the house. */
export interface SpeechRouteOptions {
  /** The service as it is configured at this moment. */
  readonly service: () => SpeechService;
  readonly clock: Clock;
  /** Says that the router is being closed and takes no new requests. */
  readonly isClosing: () => boolean;
  /** Called for every request; returns nothing where nobody wants to know how it ends. */
  readonly watch: () => RequestWatcher | undefined;
  /** Told what was thrown where nothing should be, which the client is told nothing of. Must not throw. */
  readonly onInternal: (requestId: string, thrown: unknown) => void;
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
  readonly recall?: (request: Request, channel: ReplyChannel, asked: AdmittedRequest) => boolean;
  /** Sends audio that a provider makes. */
  readonly sendAudio: (request: Request, channel: ReplyChannel, audio: SpokenAudio, answer: Answer) => Promise<void>;
}

/** A request that has been read and let in. */
export interface AdmittedRequest {
  readonly speech: SpeechRequest;
  readonly fallback: 'chain' | 'none';
  readonly requestId: string;
  readonly report: RequestReport | undefined;
  readonly cache: AudioCache | undefined;
  /** What players ask for piece by piece. */
  readonly played: PlayerMemory | undefined;
}

/** What the chain made of a request, and how it is to be sent. */
export interface Answer extends ReadRequest {
  /** The text as the client sent it. */
  readonly input: string;
  readonly requestId: string;
  readonly result: SpokenResult | null;
  readonly facts: ReplyFacts;
  /** What is told behind the sound, as far as it is known by then. */
  readonly trailer: AudioReply['trailer'];
  /** Where to keep it; nothing where it is not to be kept. */
  readonly cache: AudioCache | undefined;
  /** Where to have it for a player that wants it piece by piece. */
  readonly played: PlayerMemory | undefined;
}

/** Makes the handler of `POST {mount}/audio/speech`: read, ask the chain, send what came of it. */
export function createSpeechRoute(options: SpeechRouteOptions): RequestHandler {
  return createMethodRoute(options, POST);
}

const POST: SpeechMethod = {
  async read(request, response, { body, maxInput }, requestId) {
    return readSpeechRequest(await readBody(request, response, body), maxInput, requestId);
  },
  sendAudio(_request, channel, audio, { streamFormat, trailer }) {
    return streamFormat === 'sse'
      ? sendAudioEvents(channel, audio, { trailer })
      : sendAudio(channel, audio, { trailer });
  },
};

const NOTHING_KEPT: Pick<SpeechService, 'cache' | 'played'> = { cache: undefined, played: undefined };

/** Makes the handler of one method of the speech route. */
export function createMethodRoute(options: SpeechRouteOptions, method: SpeechMethod): RequestHandler {
  return function speech(request: Request, response: Response, next: NextFunction): void {
    const requestId = requestIdOf(request, response);
    const channel = new ReplyChannel(request, response);
    // A HEAD asks for no speech, and is none in what is counted.
    const watcher = request.method === 'HEAD' ? undefined : options.watch();
    const report = watcher && new RequestReport(requestId, channel, watcher, options.clock);
    const trace = watcher?.trace;
    const company = { requestId, channel, report, trace };
    const answering =
      trace === undefined
        ? answer(request, company, options, method)
        : trace.run(() => answer(request, company, options, method));
    answering.catch((thrown: unknown) => {
      fail(thrown, company, options, next);
    });
  };
}

/** What goes along with one request. */
interface RequestContext {
  readonly requestId: string;
  readonly channel: ReplyChannel;
  readonly report: RequestReport | undefined;
  readonly trace: RequestTrace | undefined;
}

/** Ends a request that failed. Nothing is behind it, so that it never throws: the host's own code does, at times. */
function fail(
  thrown: unknown,
  { requestId, channel, report }: RequestContext,
  options: SpeechRouteOptions,
  next: NextFunction,
): void {
  try {
    const error = toHttpError(thrown);
    if (error.body.code === 'internal') options.onInternal(requestId, thrown);
    report?.failed(error.body.code ?? 'internal');
    if (!hasSpeechHeaders(channel.response)) setSpeechHeaders(channel.response, requestId, NOBODY_ASKED);
    sendError(channel, next, options.service().errors, error);
  } catch (thrownAtError) {
    options.onInternal(requestId, thrownAtError);
    sendBareError(channel);
  }
}

async function answer(
  request: Request,
  { requestId, channel, report, trace }: RequestContext,
  options: SpeechRouteOptions,
  method: SpeechMethod,
): Promise<void> {
  if (options.isClosing()) throw closing();
  const first = options.service();
  const deadline = new Deadline(first.deadline, options.clock);
  const connection = new ClientConnection(channel);
  const { speech: asked, streamFormat, ...wishes } = await method.read(request, channel.response, first, requestId);
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
  if (connection.hasLeft()) return;
  if (!isPronounceable(speech.input)) {
    if (isHidden(asked, speech)) {
      throw problem('invalid_value', 'input has nothing left to be spoken once its mark-up is read.', 'input');
    }
    if (!channel.claim()) return;
    report?.answeredWithSilence();
    await sendSilence(request, channel, speech, streamFormat);
    return;
  }
  const { cache, played } = method.recall === undefined ? NOTHING_KEPT : service;
  if (method.recall?.(request, channel, { speech, fallback, requestId, report, cache, played }) === true) return;
  const { active } = service;
  const { result, facts } = await service.speak(speech, {
    ...way,
    reply: {
      // Events are longer than the sound in them, and nobody knows by how much.
      showsBreak: (hasLength) => channel.wayToBreakOff(hasLength && streamFormat === 'audio') !== 'not at all',
      reserve: (bytes) => active.reserve(connection, bytes),
      release: (bytes) => {
        active.release(connection, bytes);
      },
    },
  });
  report?.answered(result, facts);
  try {
    if (connection.hasLeft() || !channel.claim()) return;
    const trailer = facts.segments === undefined ? undefined : () => serverTimingOf(facts.segments ?? []);
    const { input } = asked;
    const answer = { input, speech, streamFormat, fallback, requestId, result, facts, trailer, cache, played };
    await send(request, channel, answer, method);
  } finally {
    if (result?.kind === 'audio') discard(result.rest);
  }
}

/** Says whether all words of a text are mark-up, or hidden by it. One of signs alone, such as a line of stars, has none. */
function isHidden(asked: SpeechRequest, { input }: SpeechRequest): boolean {
  return !hasVisibleText(input) && (isPronounceable(asked.input) || !hasVisibleText(cleanText(asked.input)));
}

async function send(request: Request, channel: ReplyChannel, answer: Answer, method: SpeechMethod): Promise<void> {
  const { input, requestId, result, facts, cache } = answer;
  const { response } = channel;
  setSpeechHeaders(response, requestId, facts, cache === undefined ? 'off' : 'miss');
  if (result === null) throw exhausted(reasonOf(facts.attempts));
  if (result.kind === 'text') {
    sendText(request, channel, { input, result, attempts: facts.attempts });
    return;
  }
  setWarnings(response, result.warnings);
  await method.sendAudio(request, channel, result, answer);
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
