import { z } from 'zod';
import { headers, secret } from '../options/headers.js';
import { nearMiss } from '../options/options-error.js';
import { milliseconds, object, boolean, wholeNumber, nonEmptyString } from '../options/schemas.js';
import { DEFAULTS } from '../resilience/index.js';
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
  // Its comment stands at the type below, as does what its entries are.
  fallback: z
    .array(z.unknown(), { error: 'expected a list of providers' })
    .min(1, { error: 'expected at least one provider' })
    .max(8, { error: 'expected at most 8 providers' })
    .default(() => [{ type: 'local' }, { type: 'text' }]),
  /**
   * Milliseconds from a request to the first byte of sound, for the whole chain, waiting for a place included. Time for a remote to run
   * into its own limit of 5 s, and as much again for the provider behind it.
   *
   * @default 10_000
   */
  deadline: milliseconds().default(DEFAULTS.fallback.deadline),
  /**
   * Most characters of an input. Longer ones are refused, never cut. As many as OpenAI's API takes, which clients are written for.
   *
   * @default 4_096
   */
  maxInput: wholeNumber('characters', 1, 1_000_000).default(4_096),
  /**
   * Most bytes of a request's body; more is a 413. The longest input fits in, however it is escaped.
   *
   * @default 65_536
   */
  bodyLimit: wholeNumber('bytes', 1, 64 * MEBIBYTE).default(64 * KIBIBYTE),
  /**
   * Most speech requests at once in the whole router; the next one gets a 503 that tells it to come again. A few full providers, and
   * not so many that all of them run into the deadline.
   *
   * @default 64
   */
  maxConcurrent: wholeNumber('requests', 1, 100_000).default(64),
  /**
   * Milliseconds for which the sound of a short text is held to become whole, so that another provider can still take over from one
   * that breaks off, and the reply has a length. 0 holds nothing; `Infinity`, in a file `"whole"`, holds it until it is whole. A server
   * that makes sound fifty times as fast as it is heard has all of 300 letters in half a second.
   *
   * @default 500
   */
  hold: HOLD_SCHEMA,
  /**
   * How long text is cut at the ends of its sentences to be spoken piece by piece; `false` makes every text one call.
   *
   * @default {}
   */
  segments: z
    .union(
      [
        z.literal(false),
        object({
          /**
           * Pieces that are prepared while one is sent. One is spoken while the one before is heard; two ride out a sentence that
           * takes long.
           *
           * @default 2
           */
          ahead: wholeNumber('segments', 1, 8).default(2),
          /**
           * Characters of the shortest piece; shorter sentences are joined with the next one. They cost more calls than they save time.
           *
           * @default 25
           */
          minChars: wholeNumber('characters', 1, MOST_SEGMENT_CHARACTERS).default(SEGMENT_LIMITS.least),
          /**
           * Characters of the longest piece, and of a text that is one call. A Chinese or Korean character counts as three. The longest
           * sentence that anybody says in one breath.
           *
           * @default 300
           */
          maxChars: wholeNumber('characters', 20, MOST_SEGMENT_CHARACTERS).default(SEGMENT_LIMITS.most),
        }).refine(({ minChars, maxChars }) => minChars <= maxChars, {
          error: 'expected no more than maxChars',
          path: ['minChars'],
        }),
      ],
      { error: 'expected false, or an object such as { ahead: 2, maxChars: 300 }' },
    )
    .prefault({}),
  /**
   * Whether the speech route answers GET as well, for `<audio src>`. It makes the server speak for whoever can write an address, and
   * puts the text into logs of addresses: not without being asked.
   *
   * @default false
   */
  get: boolean().default(false),
  /**
   * Keeps whole audio in memory and lets it be asked for in ranges; `false` for none. GET alone reads and fills it for now, so that it
   * takes no memory where there is none.
   *
   * @default {}
   */
  cache: z
    .union(
      [
        z.literal(false),
        object({
          /**
           * Most bytes of audio that are kept; what is larger than a quarter of it is not. 64 MiB are some twenty minutes of
           * uncompressed speech, or two hours of MP3.
           *
           * @default 67_108_864
           */
          maxBytes: wholeNumber('bytes', 1, 64 * GIBIBYTE).default(64 * MEBIBYTE),
          /**
           * Milliseconds for which audio is kept. A day: a server that has got a better voice is heard the next day at the latest.
           *
           * @default 86_400_000
           */
          ttl: wholeNumber('milliseconds', 1, 365 * DAY).default(DAY),
        }),
      ],
      { error: 'expected false, or an object such as { maxBytes: 67108864 }' },
    )
    .prefault({}),
  /**
   * How a text becomes what is said: `'markdown'` reads Markdown, HTML and SSML, `'none'` leaves it as it is. In code also a function
   * of your own, which may take half of the deadline.
   *
   * @default 'markdown'
   */
  prepare: z
    .union([z.enum(PREPARATIONS), z.custom<PrepareFunction>((value) => typeof value === 'function')], {
      error: ({ input }) =>
        `expected "markdown", "none" or a function${typeof input === 'string' ? nearMiss(input, PREPARATIONS) : ''}`,
    })
    .default('markdown'),
  /**
   * Who answers errors: `'reply'` is the router itself, in the shape of OpenAI's API; `'next'` hands them to the application's own
   * error handler.
   *
   * @default 'reply'
   */
  errors: z.enum(['reply', 'next'], { error: 'expected "reply" or "next"' }).default('reply'),
  /**
   * Where log lines go: anything with the methods `debug`, `info`, `warn` and `error` of pino, or `false` for silence. Without one the
   * console says what is wrong, as nobody would know it otherwise.
   *
   * @default the console, at `warn`
   */
  logger: z
    .custom<SpeechLogger | false>((value) => value === false || isLogger(value), {
      error: 'expected an object with the methods debug, info, warn and error, or false',
    })
    .optional(),
  /** Path of a JSON file with the same options, which is read again when it changes. What it says goes before what code says. */
  configFile: nonEmptyString('the path of a file').optional(),
  /** Counts and times, for Prometheus. Without it nothing is measured. */
  metrics: object({
    /** A registry of prom-client 15, which the metrics are put into, under `speech_`. */
    register: z.custom<MetricsRegister>(isMetricsRegister, { error: 'expected a registry of prom-client' }),
  }).optional(),
  /** Tells somebody outside when a provider is down or up again, when too many requests fall back, and when only text is left. */
  alerts: object({
    /** Address that each alert is posted to, as JSON, or `{ env: 'NAME' }`. Chat tools put a secret into it. Without it events alone tell. */
    webhook: webhook.optional(),
    /**
     * Headers that are sent to the webhook, by name.
     *
     * @default {}
     */
    headers: headers.default({}),
    /**
     * Milliseconds between two alerts of the same kind about the same provider. Five minutes: one that goes up and down does not wake
     * anybody each time.
     *
     * @default 300_000
     */
    minInterval: milliseconds().default(DEFAULT_MIN_INTERVAL),
  }).optional(),
});

export function isLogger(value: unknown): boolean {
  return hasMethods(value, ['debug', 'info', 'warn', 'error']);
}

/** The options of `speechRouter()`, each of which may be left out in whole or in part. */
export type SpeechRouterOptions = Omit<z.input<typeof OPTIONS_SCHEMA>, 'fallback'> & {
  /**
   * The providers, 1 to 8 of them, in the order in which they are asked. An entry is plain data, or an object of your own with
   * `synthesize()`.
   *
   * @default [{ type: 'local' }, { type: 'text' }]
   */
  readonly fallback?: readonly (RemoteEntry | LocalEntry | TextEntry | (SpeechProvider & SpeechGuards))[] | undefined;
};
