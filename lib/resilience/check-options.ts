import { nearName } from './near-name.js';

/** Options as a user gives them: each may be left out, and `undefined` means the default. */
export type Settings<Options> = { readonly [Key in keyof Options]?: Options[Key] | undefined };

/** What one option may be. */
export interface Rule {
  /** Goes on after “expected”. */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

export type Rules<Options> = Readonly<Record<keyof Options & string, Rule>>;

/** The longest that a timer of Node's can be set to; a longer one would be over at once. */
const MOST_MILLISECONDS = 2 ** 31 - 1;

export const wholeNumber = (unit: string, least: number): Rule => ({
  expected: `a whole number of ${unit}, at least ${String(least)}`,
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= least,
});

export const MILLISECONDS: Rule = {
  expected: `a number of milliseconds above 0 and up to ${String(MOST_MILLISECONDS)}`,
  holds: (value) => typeof value === 'number' && value > 0 && value <= MOST_MILLISECONDS,
};

export const MILLISECONDS_OR_NONE: Rule = {
  expected: `a number of milliseconds from 0 to ${String(MOST_MILLISECONDS)}`,
  holds: (value) => value === 0 || MILLISECONDS.holds(value),
};

export const ratio = (what: string): Rule => ({
  expected: `${what} from 0 to 1`,
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
});

export const or = (rule: Rule, value: unknown, name: string): Rule => ({
  expected: `${rule.expected}, or ${name}`,
  holds: (given) => given === value || rule.holds(given),
});

export const FUNCTION: Rule = { expected: 'a function', holds: (value) => typeof value === 'function' };

export const OBJECT: Rule = {
  expected: 'an object with named options',
  holds: isPlain,
};

/** Whether a value is no object of a class, whose options nobody would see: a policy, or a signal, given in the wrong place. */
export function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // That of another realm, as in a test runner, is not ours.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export const CLOCK: Rule = {
  expected: 'a clock, with now() and schedule()',
  holds: (value) => {
    const { now, schedule } = Object(value) as { readonly now?: unknown; readonly schedule?: unknown };
    return typeof now === 'function' && typeof schedule === 'function';
  },
};

/**
 * Looks through what a user gave, and hands back what there is of it.
 *
 * @param owner whose options these are, as `retry()`
 * @throws {TypeError} for a name that no option has, with the one that was meant, and for a value that no option can have
 */
export function checkOptions<Options extends object>(
  owner: string,
  given: Settings<Options>,
  rules: Rules<Options>,
): Partial<Options> {
  if (!OBJECT.holds(given)) throw wrong(owner, OBJECT, given);
  const known = Object.keys(rules);
  const checked = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [key, value] of checked) {
    const rule = Object.hasOwn(rules, key) ? rules[key as keyof Options & string] : undefined;
    if (rule === undefined) throw new TypeError(`${owner}: unknown option "${key}"${didYouMean(key, known)}`);
    checkValue(`${owner}: ${key}`, value, rule);
  }
  return Object.fromEntries(checked) as Partial<Options>;
}

/** @throws {TypeError} for a value that cannot be */
export function checkValue(what: string, value: unknown, rule: Rule): void {
  if (!rule.holds(value)) throw wrong(what, rule, value);
}

function wrong(what: string, { expected }: Rule, value: unknown): TypeError {
  return new TypeError(`${what}: expected ${expected}; got ${shown(value)}`);
}

/** Numbers and the like as they are; of anything else only what it is, as it may be long, or secret. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'an array';
  if (isPlain(value)) return 'an object';
  const { name } = Object(value.constructor) as { readonly name?: unknown };
  return `an object of the class ${String(name)}`;
}

function didYouMean(given: string, known: readonly string[]): string {
  const meant = nearName(given, known);
  return meant === undefined ? `; there are ${known.join(', ')}` : `; did you mean "${meant}"?`;
}
