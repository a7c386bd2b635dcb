import { withTimeLimit, type Clock } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechLogger, SpeechProvider } from '../speech/provider.js';

/** Milliseconds that a provider may take to let everything go. */
const CLOSE_LIMIT = 5_000;

/** Lets a provider go. Never rejects: one of the user's own that fails to close stops nobody else from closing. */
export async function closeProvider(provider: SpeechProvider, clock: Clock, logger: SpeechLogger): Promise<void> {
  const { signal } = new AbortController();
  const tooLong = (): Error => new SpeechError('timeout.total', 'closing took too long');
  try {
    await withTimeLimit(async () => provider.close?.(), {
      limit: CLOSE_LIMIT,
      signal,
      clock,
      expired: tooLong,
      aborted: tooLong,
    });
  } catch (thrown) {
    logger.warn(
      { event: 'close', provider: provider.name, code: SpeechError.from(thrown).code },
      'a provider did not close cleanly',
    );
  }
}
