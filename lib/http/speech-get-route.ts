import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { contentTypeOf } from '../audio/formats.js';
import type { CachedAudio, PlayedAudio, PlayerMemory } from '../speech/audio-cache.js';
import { NOBODY_ASKED } from '../speech/outcome.js';
import type { SpeechService } from '../speech/service.js';
import type { SpokenAudio } from '../speech/spoken.js';
import { isCrossSite } from './cross-site.js';
import { gatherSound } from './gather-sound.js';
import { problem } from './problems.js';
import { readSpeechQuery } from './read-speech-query.js';
import type { ReplyChannel } from './reply-channel.js';
import { sendAudio } from './send-audio.js';
import { entityTag, REVALIDATE, sendCachedAudio, wantsPart } from './send-cached-audio.js';
import { setSpeechHeaders, setWarnings } from './speech-headers.js';
import {
  createMethodRoute,
  type Answer,
  type AdmittedRequest,
  type SpeechMethod,
  type SpeechRouteOptions,
} from './speech-route.js';

/**
 * Makes the handler of `GET {mount}/audio/speech?input=…`, which is what `<audio src>` asks for. It answers as POST does, and what
 * was made once from the cache, in ranges too. Where it is switched off, there is no such route.
 */
export function createSpeechGetRoute(options: SpeechRouteOptions): RequestHandler {
  const speech = createMethodRoute(options, GET);
  return function speechGet(request: Request, response: Response, next: NextFunction): void {
    if (options.service().get) speech(request, response, next);
    else next();
  };
}

const GET: SpeechMethod = { read, recall, sendAudio: sendAndKeep };

function read(request: Request, response: Response, { maxInput }: SpeechService, requestId: string) {
  // Whatever does not say otherwise later, errors and text, is for this one time.
  response.setHeader('Cache-Control', 'no-store');
  if (isCrossSite(request, response)) throw problem('cross_site', 'This request was sent by another site.');
  return readSpeechQuery(request, maxInput, requestId);
}

function recall(request: Request, channel: ReplyChannel, asked: AdmittedRequest): boolean {
  const { speech, fallback, requestId, report, cache, played } = asked;
  const { response } = channel;
  const kept = cache?.get(speech);
  if (kept !== undefined && isGoodFor(kept, fallback)) {
    report?.looked('hit');
    if (!channel.claim()) return true;
    // A range that is not in it makes an error of it, and no provider answers with one.
    setSpeechHeaders(response, requestId, NOBODY_ASKED, 'hit');
    setWarnings(response, kept.warnings);
    sendCachedAudio(request, response, kept);
    report?.recalled(kept.provider);
    return true;
  }
  const playing = request.headers.range === undefined ? undefined : played?.get(speech, fallback);
  if (playing !== undefined && request.method === 'GET') {
    report?.looked('hit');
    if (!channel.claim()) return true;
    setSpeechHeaders(response, requestId, NOBODY_ASKED, 'hit');
    setWarnings(response, playing.warnings);
    sendPlayed(request, response, playing);
    report?.recalled(playing.provider);
    return true;
  }
  const missed = cache === undefined ? 'off' : 'miss';
  report?.looked(missed);
  if (request.method !== 'HEAD') return false;
  if (!channel.claim()) return true;
  // Whoever wants to know what there would be is told as much as is known without making it.
  setSpeechHeaders(response, requestId, NOBODY_ASKED, missed);
  response.setHeader('Content-Type', contentTypeOf(speech.format));
  response.statusCode = 200;
  channel.end();
  return true;
}

/** A client that wants the voice it has asked for, or none, is not given another one that was kept for somebody else. */
function isGoodFor({ warnings }: CachedAudio, fallback: AdmittedRequest['fallback']): boolean {
  return fallback === 'chain' || !warnings.includes('voice-substituted');
}

async function sendAndKeep(request: Request, channel: ReplyChannel, audio: SpokenAudio, answer: Answer): Promise<void> {
  const { speech, facts, trailer, cache, played } = answer;
  // The tag goes out before the last byte is known, so that it names this synthesis and not its bytes.
  const id = randomUUID();
  const isKept = cache !== undefined && !facts.degraded;
  // Asked at the end, as another provider may take over in mid-stream.
  if (isKept) cache.set(speech, audio, { id, provider: () => (facts.degraded ? null : facts.provider) });
  if (played !== undefined && wantsPart(request)) return sendPart(request, channel, audio, { ...answer, played, id });
  return sendAudio(channel, audio, isKept ? { cacheControl: REVALIDATE, tag: entityTag(id), trailer } : { trailer });
}

/** Sends a part of sound when all of it is there, and has the rest ready for the player, which is about to ask. */
async function sendPart(
  request: Request,
  channel: ReplyChannel,
  audio: SpokenAudio,
  { speech, fallback, facts, trailer, played, id }: Answer & { readonly played: PlayerMemory; readonly id: string },
): Promise<void> {
  const body = await gatherSound(audio, played);
  if (!Buffer.isBuffer(body)) return sendAudio(channel, body, { trailer });
  const { contentType, warnings } = audio;
  const { degraded, provider } = facts;
  const made = { id, body, contentType, warnings, degraded, provider: provider ?? 'none' };
  sendPlayed(request, channel.response, played.add(speech, fallback, made));
}

function sendPlayed(request: Request, response: Response, playing: PlayedAudio): void {
  response.setHeader('X-Speech-Degraded', String(playing.degraded));
  sendCachedAudio(request, response, playing, playing.degraded ? 'no-store' : REVALIDATE);
}
