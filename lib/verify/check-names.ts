import { didYouMean } from '../options/did-you-mean.js';
import { isMixtureOf } from '../providers/remote/known-names.js';
import { DEFAULT_MODEL, DEFAULT_VOICE } from '../providers/remote/names.js';
import type { RemoteOptions } from '../providers/remote/provider.js';
import type { VerificationRun } from './verification-run.js';

/** Most names that a hint spells out. */
const MOST_NAMES = 6;

/** Holds the model of an entry against what the server lists; `undefined` where it lists nothing. */
export function checkModels(
  trial: VerificationRun,
  listed: readonly string[] | undefined,
  { model }: RemoteOptions,
): void {
  check(trial, { step: 'models', what: 'model', listed, wanted: model === undefined ? [] : [model] }, DEFAULT_MODEL);
}

/** Holds all voices that an entry names against what the server lists. */
export function checkVoices(
  trial: VerificationRun,
  listed: readonly string[] | undefined,
  options: RemoteOptions,
): void {
  const { voice, voices } = options;
  const mapped = (asked: string): string => (Object.hasOwn(voices, asked) ? (voices[asked] ?? asked) : asked);
  const wanted = [...(voice === undefined ? [] : [mapped(voice)]), ...Object.values(voices)];
  check(trial, { step: 'voices', what: 'voice', listed, wanted }, mapped(DEFAULT_VOICE), voice !== undefined);
}

interface Wanted {
  readonly step: 'models' | 'voices';
  readonly what: 'model' | 'voice';
  readonly listed: readonly string[] | undefined;
  readonly wanted: readonly string[];
}

function check(trial: VerificationRun, question: Wanted, standard: string, isNamed = question.wanted.length > 0): void {
  const { step, what, listed, wanted } = question;
  if (listed === undefined || listed.length === 0) {
    trial.pass(step, `the server lists no ${what}s, so that the name of one cannot be checked; that is no fault`);
    return;
  }
  const missing = wanted.find((name) => !isListed(name, listed));
  if (missing !== undefined)
    trial.fail(step, 'unsupported', `the server lists no ${what} "${missing}"${suggestion(missing, listed)}`);
  else if (isNamed || isListed(standard, listed)) trial.pass(step);
  else {
    const hint = `no "${what}" is given, and the server does not list "${standard}", which is sent then`;
    trial.pass(step, `${hint}${suggestion(standard, listed)}`);
  }
}

function isListed(name: string, listed: readonly string[]): boolean {
  return listed.includes(name) || isMixtureOf(name, (part) => listed.includes(part));
}

/** Names what was probably meant, or some of what there is. */
export function suggestion(name: string, listed: readonly string[]): string {
  if (listed.length === 0) return '';
  const rest = listed.length - MOST_NAMES;
  const more = rest > 0 ? ` and ${String(rest)} more` : '';
  return didYouMean(name, listed) || `; known: ${listed.slice(0, MOST_NAMES).join(', ')}${more}`;
}
