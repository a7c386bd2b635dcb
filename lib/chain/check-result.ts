import type { Readable } from 'node:stream';
import { createEndProof } from '../audio/create-end-proof.js';
import { contentTypeOf } from '../audio/formats.js';
import { sniffStream } from '../audio/sniff-stream.js';
import { FilteredSound } from '../providers/filtered-sound.js';
import { createCutFilter, createWavFilter } from '../providers/sound-filters.js';
import { muteRejection } from '../resilience/call-quietly.js';
import type { Clock } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import {
  isCallAllowance,
  isSpeechUsage,
  isSpeechWarning,
  type SpeechAudio,
  type SpeechResult,
  type SpeechUsage,
} from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { discard } from '../streams/discard.js';
import { canBeAllOf, mostSecondsOf } from '../text/spoken-length.js';
import { toByteStream } from './custom-stream.js';

interface ProveContext {
  readonly request: SpeechRequest;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What a result may have, each member read once: a getter could say something else the second time. */
interface Returned {
  readonly kind?: unknown;
  readonly text?: unknown;
  readonly status?: unknown;
  readonly contentType?: unknown;
  readonly stream?: unknown;
  readonly warnings?: unknown;
  readonly usage?: unknown;
  readonly atRest?: unknown;
  readonly allowance?: unknown;
}

/**
 * Looks at what a provider of the user's own, which may be written in plain JavaScript, has really returned, and keeps of it what
 * can be trusted: its sound once that has proved itself, under the type that is true to it, but no length that could cut it short.
 */
export async function checkResult(result: unknown, { request, signal, clock }: ProveContext): Promise<SpeechResult> {
  const { format } = request;
  const returned = Object(result) as Returned;
  const { kind, text, status, contentType, stream: given, warnings, usage, atRest, allowance } = returned;
  muteRejection(atRest);
  if (kind === 'text' && typeof text === 'string') return { kind, text, status: status === 503 ? 503 : 200 };
  if (kind !== 'audio') throw new SpeechError('bad_response', 'the provider returned neither sound nor text');
  const stream = toByteStream(given, clock, request);
  if (contentType !== undefined && typeof contentType !== 'string') {
    discard(stream);
    throw new SpeechError('bad_response', 'the provider’s type is no text');
  }
  await sniffStream({ contentType, stream }, format, signal);
  return {
    kind,
    contentType: contentTypeOf(format),
    stream: truthful(stream, request),
    warnings: safeWarnings(warnings),
    ...safeUsage(usage, result),
    ...(atRest instanceof Promise && { atRest: atRest as Promise<void> }),
    ...(isCallAllowance(allowance) && { allowance }),
  };
}

/**
 * Of WAV, puts a header before the samples that is true of them, and lets nothing else through; of compressed sound, has it not end
 * where it shows that it is cut.
 */
function truthful(stream: Readable, request: SpeechRequest): Readable {
  const { format } = request;
  if (format === 'pcm') return stream;
  if (format !== 'wav')
    return new FilteredSound(
      stream,
      createCutFilter(createEndProof(format, (seconds) => canBeAllOf(request, seconds))),
    );
  const limits = { mostSeconds: mostSecondsOf(request), mustStateEnd: false };
  return new FilteredSound(stream, createWavFilter({ ...limits, hasHeader: true }));
}

function safeWarnings(given: unknown): NonNullable<SpeechAudio['warnings']> {
  try {
    return Array.isArray(given) ? [...new Set(given.filter(isSpeechWarning))] : [];
  } catch {
    return [];
  }
}

/** What has been spoken stays spoken, whatever becomes of the question what it has used. */
function safeUsage(ask: unknown, result: unknown): Pick<SpeechAudio, 'usage'> {
  if (typeof ask !== 'function') return {};
  const usage = (): SpeechUsage | undefined => {
    try {
      const told: unknown = Reflect.apply(ask, result, []);
      muteRejection(told);
      const copy: unknown = { ...(Object(told) as object) };
      return isSpeechUsage(copy) ? copy : undefined;
    } catch {
      return undefined;
    }
  };
  return { usage };
}
