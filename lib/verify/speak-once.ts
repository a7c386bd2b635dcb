import { finished } from 'node:stream/promises';
import type { SpeechFormat } from '../audio/formats.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechProvider } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { SILENT_LOGGER } from '../speech/silent-logger.js';

/** What is said: speaking costs money on a hosted service, and time on a small machine. */
const PHRASE = 'Yes.';

/** What came of speaking once. */
export interface Spoken {
  /** Milliseconds until sound had proved itself. */
  readonly firstByte: number;
  /** Whether it was sound; the last resort has only text. */
  readonly kind: 'audio' | 'text';
  readonly warnings: readonly string[];
}

export function phraseIn(format: SpeechFormat, voice?: string): SpeechRequest {
  return {
    input: PHRASE,
    format,
    speed: 1,
    voice,
    model: undefined,
    instructions: undefined,
    extra: {},
    requestId: 'verify',
  };
}

/** Has a provider say a word, to its end. A failure is a result here: it is what one wants to know. */
export async function speakOnce(
  provider: SpeechProvider,
  format: SpeechFormat,
  signal: AbortSignal,
  { deadline = 10_000, voice }: { readonly deadline?: number; readonly voice?: string | undefined } = {},
): Promise<Spoken | SpeechError> {
  const begun = performance.now();
  try {
    const result = await provider.synthesize(phraseIn(format, voice), { signal, deadline, logger: SILENT_LOGGER });
    const firstByte = Math.round(performance.now() - begun);
    if (result.kind === 'text') return { firstByte, kind: 'text', warnings: [] };
    await finished(result.stream.resume(), { signal });
    return { firstByte, kind: 'audio', warnings: result.warnings ?? [] };
  } catch (error) {
    return SpeechError.from(error);
  }
}
