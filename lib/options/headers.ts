import { z } from 'zod';
import { credentialHeaderProblem } from './key-problem.js';
import { object, nonEmptyString } from './schemas.js';

/** Headers that frame the request or name its target; got and Node set them. */
const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export const headers = z
  .record(
    z
      .string()
      .regex(HEADER_NAME)
      .refine((name) => !FRAMING_HEADERS.includes(name.toLowerCase())),
    z.string({ error: 'expected a string' }).regex(HEADER_VALUE, { error: 'not a value of a header' }),
    {
      error: ({ code }) =>
        code === 'invalid_key'
          ? `expected a name of a header, and none of ${FRAMING_HEADERS.join(', ')}`
          : 'expected an object from header name to value',
    },
  )
  .check(({ value, issues }) => {
    for (const [name, text] of Object.entries(value)) {
      const message = credentialHeaderProblem(name, text);
      if (message !== undefined) issues.push({ code: 'custom', message, path: [name], input: text });
    }
  });

/** Where a secret comes from. A type of its own, as TypeScript publishes the comments of a member in its own file alone. */
export type FromEnvironment = {
  /** Name of the environment variable that holds it. */
  readonly env: z.ZodString;
};

/** Takes a secret as text, or from the environment, where it is better off, and checks what came of it. */
export function secret(what: string, problemOf: (value: string) => string | undefined) {
  return z
    .union(
      [nonEmptyString(what), object<FromEnvironment>({ env: nonEmptyString('the name of an environment variable') })],
      {
        error: ({ input }) =>
          input === undefined
            ? `expected ${what} or { env: "NAME" }, and got undefined: the variable that it comes from is probably not set; leave the key out where none is wanted`
            : `expected ${what} or { env: "NAME" }`,
      },
    )
    .transform((given, context) => {
      const value = typeof given === 'string' ? given : (process.env[given.env] ?? '');
      const unset = value === '' ? 'this environment variable is not set' : undefined;
      const message = unset ?? problemOf(value);
      if (message === undefined) return value;
      context.addIssue({ code: 'custom', message, path: unset === undefined ? [] : ['env'] });
      return z.NEVER;
    });
}
