import { causeInWords, sentWith } from '../speech/cause-in-words.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechRequest } from '../speech/request.js';

/** The longest that a provider is left alone because it asked for it, in milliseconds, as for a server's `Retry-After`. */
const LONGEST_REST = 60_000;

/**
 * Reads what a provider of the user's own threw, which may be anything, into an error that can be trusted; the original is its cause.
 *
 * A provider cannot say that the caller has left, which would end the request: only `signal` knows.
 *
 * @param request what it was asked to speak, of which no log line is to have anything
 */
export function customFailure(thrown: unknown, signal?: AbortSignal, request?: SpeechRequest): SpeechError {
  try {
    const { code, message, fallbackHelps, retryHelps, retryAfter, blamesProvider } = SpeechError.from(thrown);
    if (code === 'aborted' && signal?.aborted !== true) {
      return new SpeechError('internal', 'the provider gave up by itself', { cause: thrown });
    }
    return new SpeechError(code, message, {
      cause: thrown,
      detail: detailOf(thrown, request),
      fallbackHelps: (fallbackHelps as unknown) !== false,
      retryHelps: (retryHelps as unknown) === true,
      blamesProvider: (blamesProvider as unknown) !== false,
      ...restOf(retryAfter),
    });
  } catch {
    // A getter of the error's own has thrown in its turn.
    return new SpeechError('internal', 'the provider failed, with an error that cannot be read');
  }
}

/** Of an error of ours its message is what there is to say; of a stranger what it says itself. */
function detailOf(thrown: unknown, request: SpeechRequest | undefined): string | undefined {
  const sent = request === undefined ? [] : sentWith(request);
  const ours = SpeechError.from(thrown);
  if (ours !== thrown) return causeInWords(thrown, sent);
  return typeof ours.detail === 'string' ? causeInWords(ours.detail, sent) : undefined;
}

function restOf(retryAfter: unknown): { readonly retryAfter?: number } {
  if (typeof retryAfter !== 'number' || !(retryAfter >= 0)) return {};
  return { retryAfter: Math.min(retryAfter, LONGEST_REST) };
}
