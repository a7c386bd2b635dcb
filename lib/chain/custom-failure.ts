import { SpeechError } from '../speech/error.js';

/** The longest that a provider is left alone because it asked for it, in milliseconds, as for a server's `Retry-After`. */
const LONGEST_REST = 60_000;

/**
 * Reads what a provider of the user's own threw, which may be anything, into an error that can be trusted; the original is its cause.
 *
 * A provider cannot say that the caller has left, which would end the request: only `signal` knows.
 */
export function customFailure(thrown: unknown, signal?: AbortSignal): SpeechError {
  try {
    const { code, message, fallbackHelps, retryHelps, retryAfter, blamesProvider } = SpeechError.from(thrown);
    if (code === 'aborted' && signal?.aborted !== true) {
      return new SpeechError('internal', 'the provider gave up by itself', { cause: thrown });
    }
    return new SpeechError(code, message, {
      cause: thrown,
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

function restOf(retryAfter: unknown): { readonly retryAfter?: number } {
  if (typeof retryAfter !== 'number' || !(retryAfter >= 0)) return {};
  return { retryAfter: Math.min(retryAfter, LONGEST_REST) };
}
