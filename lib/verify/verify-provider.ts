import { SpeechError } from '../speech/error.js';
import type { SpeechProvider } from '../speech/provider.js';
import type { Verification } from '../speech/verification.js';
import { suggestion } from './check-names.js';
import { speakOnce } from './speak-once.js';
import { runVerification, type Found, type VerificationRun, type VerificationRunOptions } from './verification-run.js';

/** Milliseconds until a provider on this machine has to speak: a large model may take some seconds to load. */
const SPEAK_LIMIT = 10_000;

export interface ProviderTrialOptions extends VerificationRunOptions {
  /** Whether the provider is one of this package's, whose own words may be shown, or the user's own. */
  readonly origin: 'built-in' | 'custom';
  /** The voice that the entry names. */
  readonly voice?: string | undefined;
}

/** Has a provider that is no remote say a word. It is left open: whoever made it closes it. */
export function verifyProvider(provider: SpeechProvider, options: ProviderTrialOptions): Promise<Verification> {
  const limit = Math.min(options.limit ?? SPEAK_LIMIT, SPEAK_LIMIT);
  return runVerification({ ...options, limit }, (trial) => tryProvider(trial, provider, options));
}

async function tryProvider(
  trial: VerificationRun,
  provider: SpeechProvider,
  { origin, voice }: ProviderTrialOptions,
): Promise<Found> {
  const formats = provider.capabilities?.formats;
  const asked = formats?.[0] ?? 'mp3';
  const spoken = await speakOnce(provider, asked, trial.signal, { deadline: SPEAK_LIMIT, voice });
  if (SpeechError.is(spoken)) {
    const error = trial.explain(spoken);
    trial.fail('speak', error.code, hintOf(error, origin));
    return {};
  }
  if (spoken.kind === 'text') {
    trial.pass('speak');
    return {};
  }
  const isOtherVoice = voice !== undefined && spoken.warnings.includes('voice-substituted');
  if (!isOtherVoice) trial.pass('speak');
  const voices = await listOf(trial, provider.voices?.bind(provider));
  if (isOtherVoice)
    trial.pass('speak', `another voice spoke, as there is no "${voice}"${suggestion(voice, voices ?? [])}`);
  const models = await listOf(trial, provider.models?.bind(provider));
  const { firstByte } = spoken;
  return { formats: formats ?? [asked], firstByte, ...(voices && { voices }), ...(models && { models }) };
}

type Load = (context: { readonly signal: AbortSignal }) => Promise<readonly { readonly id: string }[]>;

async function listOf(trial: VerificationRun, load: Load | undefined): Promise<readonly string[] | undefined> {
  try {
    const ids = (await load?.({ signal: trial.signal }))?.map(({ id }) => id);
    return ids === undefined || ids.length === 0 ? undefined : ids.filter((id: unknown) => typeof id === 'string');
  } catch {
    // A list is good to have, and no more.
    return undefined;
  }
}

function hintOf({ code, message }: SpeechError, origin: ProviderTrialOptions['origin']): string {
  if (code === 'timeout.total')
    return 'it did not speak in time; look what keeps it, or whether a model is still being loaded';
  return origin === 'built-in'
    ? `${message}; check "engine", "command" and "voice", and that the program is installed`
    : 'the provider failed; look at its own log, and at what its synthesize() rejects with';
}
