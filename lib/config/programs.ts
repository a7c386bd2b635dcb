import { isDeepStrictEqual } from 'node:util';
import { pathToString, SpeechOptionsError } from '../options/options-error.js';

type Plain = Readonly<Record<string, unknown>>;

/** Options that have this machine run something. */
const PROGRAMS = ['command', 'engine'];

/**
 * Refuses an entry that would have this machine run what it does not run already. Whoever may edit a page may choose who speaks; what
 * is run is for those who may write code or the file.
 *
 * @param path of the entry, for the problem
 * @throws {SpeechOptionsError} for a program or module that no entry in use has
 */
export function refuseNewPrograms(entry: unknown, current: Plain, path: readonly PropertyKey[]): void {
  if (!isPlain(entry)) return;
  const known = Array.isArray(current['fallback']) ? current['fallback'].filter(isPlain) : [];
  const problems = PROGRAMS.filter((key) => isPlain(entry[key]))
    .filter((key) => !known.some((other) => isDeepStrictEqual(other[key], entry[key])))
    .map((key) => ({
      path: pathToString([...path, key]),
      message: 'what this machine runs can be given in code or in the file only',
    }));
  if (problems.length > 0) throw new SpeechOptionsError(problems);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
