import { z } from 'zod';
import { secret, type FromEnvironment } from '../options/headers.js';
import { boolean, milliseconds, nonEmptyString, object, wholeNumber } from '../options/schemas.js';

/** Levels of log lines, quietest first. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** Fewest letters of a key: what a machine makes up has more, and what a person makes up is guessed. */
const LEAST_KEY = 16;
const LEAST_PASSWORD = 8;
const MINUTE = 60_000;
const ORIGIN = 'expected an origin, such as "https://chat.example", or "*"';
const PORT = 'expected a port from 0 to 65535';

const apiKey = secret('a key', (key) =>
  /^[\x21-\x7e]+$/.test(key) && key.length >= LEAST_KEY
    ? undefined
    : `expected ${String(LEAST_KEY)} letters or more, without spaces and commas`,
);
const password = secret('a password', (word) =>
  word.length >= LEAST_PASSWORD ? undefined : `expected ${String(LEAST_PASSWORD)} letters or more`,
);

/** Says whether a text is what browsers call an origin: nothing behind the host, as it is compared letter by letter. */
function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

/** The schema of what `express-speech serve` is told beside the options of its router; a router passes over it. */
export const GATEWAY_SCHEMA = object({
  /** Port to listen on; 0 takes a free one. Not 3000, which chat UIs take. */
  port: z.int({ error: PORT }).min(0, { error: PORT }).max(65_535, { error: PORT }).default(8_080),
  /** Address to listen on. Every one where there is an API key; without a key this machine's own alone, whatever is said here. */
  host: nonEmptyString('an address of this machine').default('0.0.0.0'),
  /** Keys that clients show as `Authorization: Bearer KEY`, each a text of 16 letters or more, or `{ env: 'NAME' }`. */
  apiKeys: z.array(apiKey, { error: 'expected a list of keys' }).default([]),
  /**
   * Whether the lists of voices and models under `/v1/audio` are there without a key: Open WebUI shows none when it asks for them, and
   * else offers OpenAI’s voices.
   */
  publicLists: boolean().default(false),
  /** Password of the admin page at `/admin`, for the user `admin`: a text of 8 letters or more, or `{ env: 'NAME' }`. Without it there is no page. */
  adminPassword: password.optional(),
  /**
   * Which proxies are believed when they say who the client is, as Express’s setting `trust proxy`: how many there are, or their
   * addresses. Nobody is believed by default, since anybody can say so.
   */
  trustProxy: z
    .union([z.boolean(), z.int().min(0), nonEmptyString('addresses')], {
      error: 'expected true or false, a number of proxies, or their addresses, such as "loopback, 10.0.0.0/8"',
    })
    .default(false),
  /** What one client may ask for, told by its key, or by its address where there are no keys. */
  rateLimit: object({
    /** Milliseconds of one window. */
    window: milliseconds().default(MINUTE),
    /** Most requests for speech in a window; 0 for no limit. A chat UI asks for each sentence: five a second are many people reading. */
    requests: wholeNumber('requests', 0, 1_000_000).default(300),
    /** Most bytes of text in a window, as they are sent; 0 for no limit. Speech servers charge for text: this is some forty pages. */
    bytes: wholeNumber('bytes', 0, 1024 ** 3).default(256 * 1024),
  }).prefault({}),
  /** Origins whose pages may ask from a browser, such as `https://chat.example`, or `*` for every one. */
  corsOrigins: z
    .array(z.string({ error: ORIGIN }).refine(isOrigin, { error: ORIGIN }), { error: 'expected a list of origins' })
    .default([]),
  /** Whether `/metrics` is there for Prometheus, for those who show a key. */
  metrics: boolean().default(true),
  /** Which log lines are written, as JSON. `info` has one line for each outage and each recovery and none for a request; `debug` has all. */
  logLevel: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  /** Milliseconds between being told to stop and listening no more, in which `/ready` says 503: a load balancer looks away meanwhile. */
  drain: wholeNumber('milliseconds', 0, 3_600_000).default(0),
  /** A speech server for the chain that is used where no `fallback` is given: it, then the voice of this machine, then the text. */
  tts: object({
    /** Its base address, up to the version: `http://127.0.0.1:8880/v1`. */
    url: nonEmptyString('the address of a speech server').optional(),
    /** Its key: a text, or `{ env: 'NAME' }`. */
    apiKey: z
      .union(
        [
          nonEmptyString('a key'),
          object<FromEnvironment>({ env: nonEmptyString('the name of an environment variable') }),
        ],
        { error: 'expected a key or { env: "NAME" }' },
      )
      .optional(),
    /** Its model for requests that name none. */
    model: nonEmptyString('the name of a model').optional(),
    /** Its voice for requests that name none. */
    voice: nonEmptyString('the name of a voice').optional(),
  }).prefault({}),
  /** Status of a reply that has only text, where no `fallback` is given. 503, as chat UIs expect sound or an error. */
  fallbackStatus: z.union([z.literal(200), z.literal(503)], { error: 'expected 200 or 503' }).default(503),
});

/** What `express-speech serve` is told beside the options of its router. */
export type GatewayOptions = z.input<typeof GATEWAY_SCHEMA>;

/** The same with every default filled in, and every secret read. */
export type GatewaySettings = z.output<typeof GATEWAY_SCHEMA>;
