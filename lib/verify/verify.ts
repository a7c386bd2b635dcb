import { CustomProvider } from '../chain/custom-provider.js';
import { parseProviderEntry, type CustomConfiguration } from '../config/parse-options.js';
import { createLocalProvider } from '../providers/local/provider.js';
import { createTextProvider } from '../providers/text.js';
import { systemClock, withTimeLimit } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechProvider } from '../speech/provider.js';
import type { Verification } from '../speech/verification.js';
import { discard } from '../streams/discard.js';
import { verifyRemote } from './remote/verify-remote.js';
import { verifyProvider } from './verify-provider.js';

/** Milliseconds that no provider's call outlasts; the verification's own limit comes before it. */
const LONGEST = 60_000;

export interface VerifyOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for all steps together, 30,000 by default; what is no remote gets 10,000 at the most. */
  readonly limit?: number;
}

/**
 * Tries one entry of `fallback` without using it, and tells step by step how it went and what to do.
 *
 * Rejects with a `SpeechOptionsError` when there is nothing to try, as the entry cannot be used, and with a `SpeechError` of the
 * code `aborted` when `signal` aborts. Everything it opened is closed by then.
 */
export async function verifyEntry(entry: unknown, options: VerifyOptions): Promise<Verification> {
  const parsed = parseProviderEntry(entry);
  if (parsed.type === 'remote') return verifyRemote(parsed.options, options);
  if (parsed.type === 'custom') return verifyProvider(prompt(parsed), { ...options, origin: 'custom' });
  const provider = parsed.type === 'local' ? createLocalProvider(parsed.options) : createTextProvider(parsed.options);
  try {
    const voice = parsed.type === 'local' ? parsed.options.voice : undefined;
    return await verifyProvider(provider, { ...options, origin: 'built-in', voice });
  } finally {
    await provider.close?.();
  }
}

/** Holds a provider of the user's own to its signal as well, as a chain does. */
function prompt({ provider: own, name, kind: type }: CustomConfiguration): SpeechProvider {
  const provider = new CustomProvider(own, { name, type, clock: systemClock });
  const { capabilities, voices, models } = provider;
  return {
    name,
    type,
    capabilities,
    synthesize: (request, context) =>
      promptly(
        context.signal,
        (signal) => provider.synthesize(request, { ...context, signal }),
        (result) => {
          if (result.kind === 'audio') discard(result.stream);
        },
      ),
    ...(voices && { voices: ({ signal }) => promptly(signal, (inner) => voices({ signal: inner })) }),
    ...(models && { models: ({ signal }) => promptly(signal, (inner) => models({ signal: inner })) }),
  };
}

/** Settles when the signal aborts, whatever the task does. */
function promptly<Value>(
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<Value>,
  discard?: (value: Value) => void,
): Promise<Value> {
  return withTimeLimit(task, {
    limit: LONGEST,
    signal,
    clock: systemClock,
    expired: () => new SpeechError('timeout.total', 'the provider took too long'),
    aborted: () => new SpeechError('aborted', 'nobody wants to know any more'),
    discard,
  });
}
