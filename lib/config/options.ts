import { z } from 'zod';
import { headers, secret } from '../options/headers.js';
import { nearMiss } from '../options/options-error.js';
import { milliseconds, object, boolean, wholeNumber, nonEmptyString } from '../options/schemas.js';
import { hasMethods } from '../speech/has-methods.js';
import type { SpeechLogger, SpeechProvider } from '../speech/provider.js';
import { DEFAULT_MIN_INTERVAL } from '../telemetry/alerts/rules.js';
import { isMetricsRegister, type MetricsRegister } from '../telemetry/metrics/registry.js';
import { PREPARATIONS, type PrepareFunction } from '../text/normalize/text-kinds.js';
import { SEGMENT_LIMITS } from '../text/segment.js';
import type { SpeechGuards } from './guard-options.js';
import { HOLD_SCHEMA } from './hold-option.js';
import type { LocalEntry, RemoteEntry, TextEntry } from './provider-options.js';

/** Longest segment in characters: what OpenAI's API takes at once. */
const MOST_SEGMENT_CHARACTERS = 4_096;
const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;
const DAY = 24 * 60 * 60 * 1_000;

// Chat tools put the secret into the address.
const webhook = secret('an address', (address) =>
  /^https?:\/\//i.test(address) && URL.canParse(address)
    ? undefined
    : 'expected an address that begins with http:// or https://',
);

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
  // In which another provider can still take over from one that breaks off.
  hold: HOLD_SCHEMA,
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
  get: boolean().default(false),
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
  // Without one the console says what is wrong, as nobody would know it otherwise.
  logger: z
    .custom<SpeechLogger | false>((value) => value === false || isLogger(value), {
      error: 'expected an object with the methods debug, info, warn and error, or false',
    })
    .optional(),
  configFile: nonEmptyString('the path of a file').optional(),
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
  return hasMethods(value, ['debug', 'info', 'warn', 'error']);
}

export type SpeechRouterOptions = Omit<z.input<typeof OPTIONS_SCHEMA>, 'fallback'> & {
  readonly fallback?: readonly (RemoteEntry | LocalEntry | TextEntry | (SpeechProvider & SpeechGuards))[] | undefined;
};
