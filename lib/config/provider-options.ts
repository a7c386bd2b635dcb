import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { SPEECH_FORMATS } from '../audio/formats.js';
import { isAddressRange } from '../network/address-range.js';
import { HEADER_VALUE, headers, secret } from '../options/headers.js';
import { keyProblem } from '../options/key-problem.js';
import { nearMiss } from '../options/options-error.js';
import { milliseconds, object, boolean, wholeNumber, nonEmptyString } from '../options/schemas.js';
import { baseUrlProblem } from '../providers/remote/base-url.js';
import { MARK_KINDS } from '../speech/mark-kinds.js';
import { checks, guards, HEALTH_ERROR } from './guard-options.js';

const MEBIBYTE = 1024 * 1024;
// Names stand in headers (`X-Speech-Provider`, `Server-Timing`) and in metric labels.
export const NAME_ERROR = 'expected a name of 1 to 64 letters, digits, dots, dashes and underscores';
export const NAME_SCHEMA = z.string({ error: NAME_ERROR }).regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error: NAME_ERROR });

const voices = z.record(z.string(), nonEmptyString('the name of one of this provider’s voices'), {
  error: 'expected an object from asked voice to this provider’s voice',
});

const ADDRESS_ERROR = 'expected an address or a range such as "10.0.0.0/8"';
const apiKey = secret(
  'a string',
  (key) => keyProblem(key) ?? (HEADER_VALUE.test(key) ? undefined : 'the key has characters that no header can carry'),
);

const pem = nonEmptyString('a certificate or key as PEM text');

const remote = object({
  ...guards,
  type: z.literal('remote'),
  name: NAME_SCHEMA.default('remote'),
  baseUrl: z
    .string({ error: 'expected the address of the server, such as "http://127.0.0.1:8880/v1"' })
    .check((context) => {
      const problem = baseUrlProblem(context.value);
      if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value });
    }),
  // Given and undefined it is a variable that is not set, and the server would be called without its key.
  apiKey: z.exactOptional(apiKey),
  headers: headers.default({}),
  model: nonEmptyString('the name of a model').optional(),
  voice: nonEmptyString('the name of a voice').optional(),
  voices: voices.default({}),
  formats: z
    .array(z.enum(SPEECH_FORMATS, { error: `expected one of ${SPEECH_FORMATS.join(', ')}` }), {
      error: 'expected a list of formats',
    })
    .min(1, { error: 'expected at least one format' })
    .default([...SPEECH_FORMATS]),
  // OpenAI's, which most servers have taken over; others mostly say theirs in the type.
  pcm: object({
    sampleRate: wholeNumber('hertz', 8_000, 192_000).default(24_000),
    channels: wholeNumber('channels', 1, 32).default(1),
  }).prefault({}),
  // Most of these servers would read the tags aloud.
  ssml: boolean().default(false),
  // Nobody writes sounds between slashes who does not mean them. Tags are words to most of these servers, which would read them aloud.
  marks: z
    .array(z.enum(MARK_KINDS, { error: `expected one of ${MARK_KINDS.join(', ')}` }), {
      error: 'expected a list of marks, such as ["pronunciation"]',
    })
    .default(['pronunciation']),
  maxInput: wholeNumber('characters', 1, 1_000_000).optional(),
  // Without it a server's own word counts: most say nothing, and those that limit the rate say so themselves.
  maxCallsPerMinute: wholeNumber('calls', 1, 100_000).optional(),
  timeout: object({
    lookup: milliseconds().default(1_000),
    connect: milliseconds().default(2_000),
    secureConnect: milliseconds().default(2_000),
    send: milliseconds().default(5_000),
    firstByte: milliseconds().default(5_000),
    idle: milliseconds().default(10_000),
    total: milliseconds().default(120_000),
  }).prefault({}),
  pool: object({
    // Twice the calls that the bulkhead lets through, where nothing is said: the agent's own queue must never be the one to wait in.
    maxSockets: wholeNumber('sockets', 1, 10_000).optional(),
    // uvicorn, which most of these servers run on, closes an idle connection after 5 s: ours has to go first.
    keepAlive: milliseconds().default(4_000),
  }).prefault({}),
  maxBytes: wholeNumber('bytes', 1, 1024 * MEBIBYTE).default(25 * MEBIBYTE),
  tls: object({
    ca: pem.optional(),
    cert: pem.optional(),
    key: pem.optional(),
    servername: nonEmptyString('the name that the certificate is for').optional(),
    rejectUnauthorized: boolean().optional(),
  }).optional(),
  allowAddresses: z
    .array(z.string({ error: ADDRESS_ERROR }).refine(isAddressRange, { error: ADDRESS_ERROR }), {
      error: 'expected a list of addresses and ranges',
    })
    .min(1, { error: 'expected at least one address or range, or no such option' })
    .optional(),
  health: z
    .union(
      [
        z.literal(false),
        object({
          ...checks,
          path: z
            .string({ error: 'expected a path such as "/health"' })
            .regex(/^\/[^\s]*$/, { error: 'expected a path that begins with a slash, such as "/health"' })
            .optional(),
        }),
      ],
      { error: HEALTH_ERROR },
    )
    .prefault({}),
});

const command = object({
  program: nonEmptyString('the program to run'),
  args: z.array(z.string(), { error: 'expected a list of arguments' }).default([]),
  output: z.enum(['wav', 'pcm'], { error: 'expected "wav" or "pcm"' }).default('wav'),
  sampleRate: wholeNumber('hertz', 8_000, 192_000).optional(),
});

const ENGINES = ['embedded', 'espeak-ng', 'piper'] as const;

const local = object({
  ...guards,
  type: z.literal('local'),
  name: NAME_SCHEMA.default('local'),
  engine: z
    .union([z.enum(ENGINES), object({ module: nonEmptyString('a package name, an absolute path or a file: URL') })], {
      error: ({ input }) =>
        `expected "embedded", "espeak-ng", "piper" or { module }${typeof input === 'string' ? nearMiss(input, ENGINES) : ''}`,
    })
    .default('embedded'),
  command: command.optional(),
  voice: nonEmptyString('the name of a voice').optional(),
  voices: voices.default({}),
  // A core is left to the event loop. Each worker takes 80 to 100 MB, so a large machine does not get one per core.
  workers: wholeNumber('workers', 1, 64).default(() => Math.min(4, Math.max(1, availableParallelism() - 1))),
}).refine(({ engine, command: own, voice }) => engine !== 'piper' || own !== undefined || voice !== undefined, {
  error: 'expected the path of a voice’s .onnx file, which piper cannot do without',
  path: ['voice'],
});

const text = object({
  // Taken, so that every entry may say the same; the last resort does no I/O and needs none of them.
  ...guards,
  type: z.literal('text'),
  name: NAME_SCHEMA.default('text'),
  status: z.union([z.literal(200), z.literal(503)], { error: 'expected 200 or 503' }).default(200),
});

/** The schema of each built-in kind of provider, by its `type`. */
export const ENTRY_SCHEMAS = { remote, local, text };

export type RemoteEntry = z.input<typeof remote>;
export type LocalEntry = z.input<typeof local>;
export type TextEntry = z.input<typeof text>;
