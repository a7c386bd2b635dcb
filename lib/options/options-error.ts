import { didYouMean } from './did-you-mean.js';

export { didYouMean as nearMiss } from './did-you-mean.js';

/** One thing that is wrong with the options. */
export interface OptionsProblem {
  /** Where, as one would write it in code: `fallback[0].timeout.connect`; empty for the options as a whole. */
  readonly path: string;
  /** What was expected there, with the name that was probably meant. */
  readonly message: string;
}

/** Refuses options, with everything that is wrong with them at once. Values are never quoted: one of them may be a key. */
export class SpeechOptionsError extends TypeError {
  /** Tells it from other errors in logs. */
  override readonly name = 'SpeechOptionsError';
  /** Stays the same from version to version. */
  readonly code = 'ERR_SPEECH_OPTIONS';
  /** Everything that is wrong, each with its path. */
  readonly problems: readonly OptionsProblem[];

  constructor(problems: readonly OptionsProblem[]) {
    super(['speechRouter: these options cannot be used', ...problems.map(describe)].join('\n  '));
    this.problems = problems;
  }
}

function describe({ path, message }: OptionsProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** Writes a path the way code would. */
export function pathToString(path: readonly PropertyKey[]): string {
  let written = '';
  for (const key of path) {
    if (typeof key === 'number') written += `[${String(key)}]`;
    else written += written === '' ? String(key) : `.${String(key)}`;
  }
  return written;
}

export function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  return keys
    .map((key) => `unknown key "${key}"${didYouMean(key, known) || `; the keys are ${known.join(', ')}`}`)
    .join(', ');
}
