import { z } from 'zod';
import { unknownKeys } from './options-error.js';

export const MOST_MILLISECONDS = 3_600_000;

/** Makes an object schema that refuses unknown keys, naming the one that was probably meant. */
export function object<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, known) : 'expected an object with named options',
  });
}

export function wholeNumber(unit: string, least: number, most: number): z.ZodNumber {
  const error = `expected a whole number of ${unit} from ${String(least)} to ${String(most)}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export const milliseconds = (): z.ZodNumber => wholeNumber('milliseconds', 1, MOST_MILLISECONDS);

export const nonEmptyString = (what: string): z.ZodString =>
  z.string({ error: `expected ${what}` }).min(1, { error: `expected ${what}` });

export const ratio = (what: string): z.ZodNumber => {
  const error = `expected ${what} from 0 to 1`;
  return z.number({ error }).min(0, { error }).max(1, { error });
};

export const boolean = (): z.ZodBoolean => z.boolean({ error: 'expected true or false' });

/** Says whether a value is an object with named members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
