import type { SpeechFormat } from '../audio/formats.js';
import { withWavLength } from '../audio/wav-header.js';
import { Deadline, type Attempt, type Clock } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { ReplyFacts } from '../speech/outcome.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { ReplyConditions, SpokenAudio, SpokenResult } from '../speech/spoken.js';
import { failureOfStream } from '../speech/stream-failure.js';
import { discard } from '../streams/discard.js';
import { holdStream } from '../streams/hold-stream.js';
import type { ChainOptions, ProviderChain, ChainOutcome } from './provider-chain.js';

/**
 * Most bytes of sound that are held for a while, and then go out as they come: twenty seconds of bare samples at 24 kHz, which nearly
 * all texts that are one call are shorter than. So 64 requests, as many as there are at once by default, hold 64 MiB at the most.
 */
export const MOST_HELD_BYTES = 1024 * 1024;

/**
 * Most bytes of sound that has to be whole before it is sent: more than a remote may send in one call, and more than the longest text
 * of the default `maxInput` takes as bare samples.
 */
export const MOST_WHOLE_BYTES = 32 * 1024 * 1024;

/** What became of a request whose sound was held: what is to be sent, or null when nobody had anything. */
export interface SpokenOutcome {
  readonly result: SpokenResult | null;
  readonly facts: ReplyFacts;
}

export interface HoldContext {
  readonly chain: ProviderChain;
  readonly clock: Clock;
  /** Milliseconds for which sound is held; Infinity until it is whole. */
  readonly hold: number;
}

/** An answer that is to be held. */
export interface AnswerToHold {
  readonly request: SpeechRequest;
  readonly answer: ChainOutcome;
  readonly options: ChainOptions & { readonly reply?: ReplyConditions | undefined };
  /** Names those who may answer when this provider breaks off, in their order. */
  readonly behind: (provider: string) => readonly string[];
}

/**
 * Holds the sound of an answer until it is whole, or for as long as it may be held. Of what breaks off meanwhile the client has heard
 * nothing, so that whoever is behind in the chain is asked, with as much time as was left when the sound began.
 *
 * Where the client could not tell sound that broke off from a whole one, it is held however long it takes, and what is too large for
 * that counts as broken off, too.
 */
export async function holdSpeech(held: AnswerToHold, { chain, clock, hold }: HoldContext): Promise<SpokenOutcome> {
  const { request, options, behind } = held;
  const failed: Attempt[] = [];
  let { answer } = held;
  let { deadline } = options;
  for (;;) {
    const { result, facts } = answer;
    if (result?.kind !== 'audio') return { result, facts: factsAfter(failed, facts) };
    const left = deadline.remaining();
    const began = clock.now();
    const sound = await holdAudio(result, { request, options, clock, hold });
    if (!(sound instanceof SpeechError)) return { result: sound, facts: factsAfter(failed, facts) };
    failed.push(...brokenOff(facts.attempts, sound.code, clock.now() - began));
    const { provider: from } = facts;
    if (from !== null) options.trace?.brokeOff(from, sound.code);
    const order = from === null || options.signal.aborted ? [] : behind(from);
    const [to] = order;
    if (from === null || to === undefined) {
      return { result: null, facts: { provider: null, degraded: true, attempts: failed } };
    }
    chain.reportTakeOver(request.requestId, { from, to, code: sound.code });
    deadline = new Deadline(left, clock);
    answer = await chain.speak(request, { ...options, deadline, fallback: { order } });
  }
}

/** Holds the sound of one provider. Resolves with what is to be sent of it, or with why nothing can be. */
async function holdAudio(
  audio: SpeechAudio,
  { request, options, clock, hold }: Pick<AnswerToHold, 'request' | 'options'> & Omit<HoldContext, 'chain'>,
): Promise<SpokenAudio | SpeechError> {
  const { reply, signal } = options;
  const { stream, contentLength = 0 } = audio;
  const hasToBeWhole = reply?.showsBreak(audio.contentLength !== undefined) === false;
  // What nobody has announced the length of shows only at its end whether it is whole.
  const isUnsure = hold > 0 && audio.endsUnannounced === true;
  const limit = hasToBeWhole || isUnsure ? Infinity : hold;
  const mostBytes = limit === Infinity ? MOST_WHOLE_BYTES : MOST_HELD_BYTES;
  // What cannot become whole in time is not to wait for nothing.
  if (!hasToBeWhole && (limit === 0 || contentLength > mostBytes)) return toBeSent(audio, [], stream);
  let size = 0;
  let reserved = 0;
  const held = await holdStream(stream, {
    startTimer: (callback) => (limit === Infinity ? nothing : clock.schedule(callback, limit)),
    hasRoom(bytes) {
      size += bytes;
      if (size > mostBytes || reply?.reserve(bytes) === false) return false;
      reserved += bytes;
      return true;
    },
    signal,
  });
  if (held.end === 'whole') return toBeSent(audio, wholePieces(held.pieces, request.format, size), undefined, size);
  if (held.end !== 'broken' && !hasToBeWhole) return toBeSent(audio, held.pieces, stream);
  reply?.release(reserved);
  if (held.end === 'broken') return failureOfStream(held.thrown);
  const tooLarge =
    size > mostBytes
      ? new SpeechError('too_large', 'the sound is too long to be held until it is whole', { blamesProvider: false })
      : new SpeechError('bulkhead_full', 'too much sound is being held at once');
  discard(stream, tooLarge);
  return tooLarge;
}

/** Lets the header of WAV say how long it is, where that was not known when it was written: players show it, and stop there. */
function wholePieces(
  [first, ...more]: readonly Uint8Array[],
  format: SpeechFormat,
  size: number,
): readonly Uint8Array[] {
  if (first === undefined) return [];
  return [format === 'wav' ? withWavLength(first, size) : first, ...more];
}

function toBeSent(
  { contentType, contentLength, warnings = [], usage }: SpeechAudio,
  begun: readonly Uint8Array[],
  rest: SpokenAudio['rest'],
  length = contentLength,
): SpokenAudio {
  const sound = { kind: 'audio' as const, contentType, begun, rest, warnings };
  return { ...sound, ...(length === undefined ? {} : { contentLength: length }), ...(usage && { usage }) };
}

/** The attempts of an answer that broke off after `ms` milliseconds. */
function brokenOff(attempts: readonly Attempt[], code: string, ms: number): Attempt[] {
  return attempts.map((attempt) =>
    attempt.code === null ? { step: attempt.step, code, ms: attempt.ms + ms } : attempt,
  );
}

/** What the headers tell when others had been asked before. */
function factsAfter(failed: readonly Attempt[], facts: ReplyFacts): ReplyFacts {
  if (failed.length === 0) return facts;
  return { provider: facts.provider, degraded: true, attempts: [...failed, ...facts.attempts] };
}

function nothing(): void {
  // There is nothing to be cancelled.
}
