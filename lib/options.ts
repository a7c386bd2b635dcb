import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { isAddressRange } from './address-range.js';
import { baseUrlProblem } from './base-url.js';
import { checks, guards, HEALTH_ERROR, type SpeechGuards } from './guard-options.js';
import { milliseconds, object, onOrOff, wholeNumber, words } from './option-schemas.js';
import { nearMiss } from './options-error.js';
import { SPEECH_FORMATS } from './speech/formats.js';
import { SEGMENT_LIMITS } from './speech/segments.js';
import { PREPARATIONS, type PrepareFunction } from './speech/prepare/prepare-text.js';
import type { SpeechLogger, SpeechProvider } from './speech/provider.js';
import { DEFAULT_MIN_INTERVAL } from './telemetry/alert-rules.js';
import { isMetricsRegister, type MetricsRegister } from './telemetry/metrics-register.js';

/** Longest segment in characters: what OpenAI's API takes at once. */
const MOST_SEGMENT_CHARACTERS = 4_096;
const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;
const DAY = 24 * 60 * 60 * 1_000;
// Names stand in headers (`X-Speech-Provider`, `Server-Timing`) and in metric labels.
export const NAME_ERROR = 'expected a name of 1 to 64 letters, digits, dots, dashes and underscores';
export const NAME_SCHEMA = z.string({ error: NAME_ERROR }).regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error: NAME_ERROR });

const voices = z.record(z.string(), words('the name of one of this provider’s voices'), {
  error: 'expected an object from asked voice to this provider’s voice',
});

const ADDRESS_ERROR = 'expected an address or a range such as "10.0.0.0/8"';
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
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const headers = z.record(
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
);

/** Takes a secret as text, or from the environment, where it is better off, and checks what came of it. */
function secret(what: string, problemOf: (value: string) => string | undefined) {
  return z
    .union([words(what), object({ env: words('the name of an environment variable') })], {
      error: `expected ${what} or { env: "NAME" }`,
    })
    .transform((given, context) => {
      const value = typeof given === 'string' ? given : (process.env[given.env] ?? '');
      const unset = value === '' ? 'this environment variable is not set' : undefined;
      const message = unset ?? problemOf(value);
      if (message === undefined) return value;
      context.addIssue({ code: 'custom', message, path: unset === undefined ? [] : ['env'] });
      return z.NEVER;
    });
}

const apiKey = secret('a string', (key) =>
  HEADER_VALUE.test(key) ? undefined : 'the key has characters that no header can carry',
);

// Chat tools put the secret into the address.
const webhook = secret('an address', (address) =>
  /^https?:\/\//i.test(address) && URL.canParse(address)
    ? undefined
    : 'expected an address that begins with http:// or https://',
);

const pem = words('a certificate or key as PEM text');

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
  apiKey: apiKey.optional(),
  headers: headers.default({}),
  model: words('the name of a model').optional(),
  voice: words('the name of a voice').optional(),
  voices: voices.default({}),
  formats: z
    .array(z.enum(SPEECH_FORMATS, { error: `expected one of ${SPEECH_FORMATS.join(', ')}` }), {
      error: 'expected a list of formats',
    })
    .min(1, { error: 'expected at least one format' })
    .default([...SPEECH_FORMATS]),
  // Most of these servers would read the tags aloud.
  ssml: onOrOff().default(false),
  maxInput: wholeNumber('characters', 1, 1_000_000).optional(),
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
    servername: words('the name that the certificate is for').optional(),
    rejectUnauthorized: onOrOff().optional(),
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
  program: words('the program to run'),
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
    .union([z.enum(ENGINES), object({ module: words('a package name, an absolute path or a file: URL') })], {
      error: ({ input }) =>
        `expected "embedded", "espeak-ng", "piper" or { module }${typeof input === 'string' ? nearMiss(input, ENGINES) : ''}`,
    })
    .default('embedded'),
  command: command.optional(),
  voice: words('the name of a voice').optional(),
  voices: voices.default({}),
  // A core is left to the event loop. Each worker takes 80 to 100 MB, so a large machine does not get one per core.
  workers: wholeNumber('workers', 1, 64).default(() => Math.min(4, Math.max(1, availableParallelism() - 1))),
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

/** The schema of the options, entries of `fallback` apart. */
export const OPTIONS_SCHEMA = object({
  fallback: z
    .array(z.unknown(), { error: 'expected a list of providers' })
    .min(1, { error: 'expected at least one provider' })
    .max(8, { error: 'expected at most 8 providers' })
    .default(() => [{ type: 'local' }, { type: 'text' }]),
  deadline: milliseconds().default(10_000),
  maxInput: wholeNumber('characters', 1, 1_000_000).default(4_096),
  bodyLimit: wholeNumber('bytes', 1, 64 * MEBIBYTE).default(64 * KIBIBYTE),
  maxConcurrent: wholeNumber('requests', 1, 100_000).default(64),
  segments: z
    .union(
      [
        z.literal(false),
        object({
          // One is spoken while the one before is heard; two ride out a sentence that takes long.
          ahead: wholeNumber('segments', 1, 8).default(2),
          // Shorter ones cost more calls than they save time.
          minChars: wholeNumber('characters', 1, MOST_SEGMENT_CHARACTERS).default(SEGMENT_LIMITS.least),
          // The longest sentence that anybody says in one breath. A text up to here is one call.
          maxChars: wholeNumber('characters', 20, MOST_SEGMENT_CHARACTERS).default(SEGMENT_LIMITS.most),
        }).refine(({ minChars, maxChars }) => minChars <= maxChars, {
          error: 'expected no more than maxChars',
          path: ['minChars'],
        }),
      ],
      { error: 'expected false, or an object such as { ahead: 2, maxChars: 300 }' },
    )
    .prefault({}),
  // It makes the server speak for whoever can write an address, and puts the text into logs of addresses: not without being asked.
  get: onOrOff().default(false),
  // Read and filled by GET alone for now, so that it takes no memory where there is none.
  cache: z
    .union(
      [
        z.literal(false),
        object({
          // Some twenty minutes of uncompressed speech, or two hours of MP3.
          maxBytes: wholeNumber('bytes', 1, 64 * GIBIBYTE).default(64 * MEBIBYTE),
          // A server that has got a better voice is heard the next day at the latest.
          ttl: wholeNumber('milliseconds', 1, 365 * DAY).default(DAY),
        }),
      ],
      { error: 'expected false, or an object such as { maxBytes: 67108864 }' },
    )
    .prefault({}),
  prepare: z
    .union([z.enum(PREPARATIONS), z.custom<PrepareFunction>((value) => typeof value === 'function')], {
      error: ({ input }) =>
        `expected "markdown", "none" or a function${typeof input === 'string' ? nearMiss(input, PREPARATIONS) : ''}`,
    })
    .default('markdown'),
  errors: z.enum(['reply', 'next'], { error: 'expected "reply" or "next"' }).default('reply'),
  logger: z
    .custom<SpeechLogger>(isLogger, { error: 'expected an object with the methods debug, info, warn and error' })
    .optional(),
  configFile: words('the path of a file').optional(),
  metrics: object({
    register: z.custom<MetricsRegister>(isMetricsRegister, { error: 'expected a registry of prom-client' }),
  }).optional(),
  alerts: object({
    webhook: webhook.optional(),
    headers: headers.default({}),
    minInterval: milliseconds().default(DEFAULT_MIN_INTERVAL),
  }).optional(),
});

export function isLogger(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['debug', 'info', 'warn', 'error'].every((method) => typeof Reflect.get(value, method) === 'function');
}

export type RemoteEntry = z.input<typeof remote>;
export type LocalEntry = z.input<typeof local>;
export type TextEntry = z.input<typeof text>;

export type SpeechRouterOptions = Omit<z.input<typeof OPTIONS_SCHEMA>, 'fallback'> & {
  readonly fallback?: readonly (RemoteEntry | LocalEntry | TextEntry | (SpeechProvider & SpeechGuards))[] | undefined;
};
