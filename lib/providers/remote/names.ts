import type { SpeechWarning } from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import type { KnownNames } from './known-names.js';
import type { RemoteOptions } from './options.js';

/** Names that every server of this kind knows, for requests and options that name none. */
export const DEFAULT_MODEL = 'tts-1';
export const DEFAULT_VOICE = 'alloy';

/** What a server lists; a list that could not be had is undefined, and nothing is held against it. */
export interface KnownLists {
  readonly voices: KnownNames | undefined;
  readonly models: KnownNames | undefined;
}

export const NOTHING_KNOWN: KnownLists = { voices: undefined, models: undefined };

/** The voice and the model that a server is asked for. */
export interface SentNames {
  /** An object where the client named its voice by one. */
  readonly voice: string | Readonly<Record<string, unknown>>;
  readonly model: string;
  /** Says of each whether it is another than the client asked for. */
  readonly warnings: readonly SpeechWarning[];
  /** Whether something was asked for that no known list has: then the lists may be old. */
  readonly isUnlisted: boolean;
}

const NO_WARNINGS: readonly SpeechWarning[] = [];

/**
 * Chooses the names to send. A voice that the entry maps goes as it is mapped. Another goes as it was asked for, unless the server
 * lists its voices and this is none of them; then the entry's own is sent, and that is said. An entry without one never makes the
 * choice for the client: the name goes on, and the server's answer decides. So it is with models.
 *
 * A voice that the client named by an object goes on as that object, unless another one takes its place.
 */
export function namesFor(
  { voice, model, verbatim }: Pick<SpeechRequest, 'voice' | 'model' | 'verbatim'>,
  options: Pick<RemoteOptions, 'voice' | 'voices' | 'model'>,
  known: KnownLists,
): SentNames {
  const standard = options.voice === undefined ? undefined : mapped(options.voice, options.voices);
  const isMapped = voice !== undefined && Object.hasOwn(options.voices, voice);
  const chosenVoice = isMapped ? LISTED : choose(voice, known.voices, standard);
  const chosenModel = choose(model, known.models, options.model);
  const name = chosenVoice.name ?? mapped(voice ?? options.voice ?? DEFAULT_VOICE, options.voices);
  const isOther = isMapped || chosenVoice.isOther;
  return {
    voice: verbatim?.voice === undefined || isOther ? name : { ...verbatim.voice, id: name },
    model: chosenModel.name ?? model ?? options.model ?? DEFAULT_MODEL,
    warnings: chosenVoice.isOther || chosenModel.isOther ? warningsFor(chosenVoice, chosenModel) : NO_WARNINGS,
    isUnlisted: chosenVoice.isUnlisted || chosenModel.isUnlisted,
  };
}

interface Choice {
  /** The name to send, where it is not simply the asked one or the default. */
  readonly name: string | undefined;
  readonly isUnlisted: boolean;
  readonly isOther: boolean;
}

// Made once: nearly every request comes to one of these two.
const LISTED: Choice = { name: undefined, isUnlisted: false, isOther: false };
const UNLISTED: Choice = { name: undefined, isUnlisted: true, isOther: false };

function choose(asked: string | undefined, known: KnownNames | undefined, standard: string | undefined): Choice {
  if (asked === undefined) return LISTED;
  if (known === undefined) return UNLISTED;
  const spelled = known.find(asked);
  if (spelled !== undefined) return spelled === asked ? LISTED : { name: spelled, isUnlisted: false, isOther: false };
  if (standard === undefined || standard === asked) return UNLISTED;
  return { name: standard, isUnlisted: true, isOther: true };
}

function warningsFor(voice: Choice, model: Choice): readonly SpeechWarning[] {
  const warnings: SpeechWarning[] = [];
  if (voice.isOther) warnings.push('voice-substituted');
  if (model.isOther) warnings.push('model-substituted');
  return warnings;
}

function mapped(voice: string, voices: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(voices, voice) ? voices[voice] : undefined) ?? voice;
}
