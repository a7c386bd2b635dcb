import { z } from 'zod';
import { SPEECH_FORMATS } from '../../audio/formats.js';
import { isAddressRange } from '../../network/address-range.js';
import type { Filled } from '../../options/filled.js';
import { HEADER_VALUE, headers, secret } from '../../options/headers.js';
import { keyProblem } from '../../options/key-problem.js';
import { NAME_SCHEMA, VOICES_SCHEMA } from '../../options/names.js';
import { milliseconds, object, boolean, wholeNumber, nonEmptyString } from '../../options/schemas.js';
import { MARK_KINDS } from '../../speech/mark-kinds.js';
import { baseUrlProblem } from './base-url.js';

const MEBIBYTE = 1024 * 1024;

const ADDRESS_ERROR = 'expected an address or a range such as "10.0.0.0/8"';
const apiKey = secret(
  'a string',
  (key) => keyProblem(key) ?? (HEADER_VALUE.test(key) ? undefined : 'the key has characters that no header can carry'),
);

const pem = nonEmptyString('a certificate or key as PEM text');

/** The options of an OpenAI-compatible server, without the guards around it. */
export const REMOTE_OPTIONS = object({
  /**
   * What the provider is called in headers, logs, metrics and on the admin page: 1 to 64 letters, digits, dots, dashes and underscores,
   * unique in the chain.
   *
   * @default 'remote'
   */
  name: NAME_SCHEMA.default('remote'),
  /** Address of the server, up to its version: `http://127.0.0.1:8880/v1`. Only `http:` and `https:`; redirects are not followed. */
  baseUrl: z
    .string({ error: 'expected the address of the server, such as "http://127.0.0.1:8880/v1"' })
    .check((context) => {
      const problem = baseUrlProblem(context.value);
      if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value });
    })
    // What comes behind it begins with a slash.
    .transform((address) => address.replace(/(?<!\/)\/+$/, '')),
  /**
   * The key, sent as a bearer token, so without `Bearer`, quotes and spaces; or better `{ env: 'NAME' }`, which keeps it out of the
   * file. Given and undefined it is refused: it is then a variable that is not set, and the server would be called without its key.
   */
  apiKey: z.exactOptional(apiKey),
  /**
   * Headers that are sent with every request, by name. The client's own headers never are.
   *
   * @default {}
   */
  headers: headers.default({}),
  /**
   * The model where a request names none, and, with a warning, where it names one that the server does not list. Without it `tts-1` is
   * sent.
   */
  model: nonEmptyString('the name of a model').optional(),
  /**
   * The voice where a request names none, and, with a warning, where it names one that the server does not list. Without it `alloy` is
   * sent.
   */
  voice: nonEmptyString('the name of a voice').optional(),
  /**
   * From the voice that is asked for to this server's own: `{ alloy: 'af_bella' }`.
   *
   * @default {}
   */
  voices: VOICES_SCHEMA.default({}),
  /**
   * What the server can make. From `wav` and `pcm` the other formats are made here; without these, they are left to the next provider.
   * All of them, as most servers make all.
   *
   * @default ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']
   */
  formats: z
    .array(z.enum(SPEECH_FORMATS, { error: `expected one of ${SPEECH_FORMATS.join(', ')}` }), {
      error: 'expected a list of formats',
    })
    .min(1, { error: 'expected at least one format' })
    .default([...SPEECH_FORMATS]),
  /**
   * What the server's bare samples are, where the type and the headers of its replies do not say it. The defaults are OpenAI's, which
   * most servers have taken over; others mostly say theirs in the type.
   *
   * @default {}
   */
  pcm: object({
    /**
     * Samples a second, in hertz.
     *
     * @default 24_000
     */
    sampleRate: wholeNumber('hertz', 8_000, 192_000).default(24_000),
    /**
     * Channels: 1 is mono.
     *
     * @default 1
     */
    channels: wholeNumber('channels', 1, 32).default(1),
  }).prefault({}),
  /**
   * Whether the server takes SSML and is sent the document. Others are sent the words in it, as most of these servers would read the
   * tags aloud.
   *
   * @default false
   */
  ssml: boolean().default(false),
  /**
   * Marks within the text that the server understands: `'pronunciation'` for `[Kokoro](/kˈOkəɹO/)`, `'tags'` for `<laugh>` and
   * `[laughs]`. Others are left out. Nobody writes sounds between slashes who does not mean them; tags are words to most of these
   * servers, which would read them aloud.
   *
   * @default ['pronunciation']
   */
  marks: z
    .array(z.enum(MARK_KINDS, { error: `expected one of ${MARK_KINDS.join(', ')}` }), {
      error: 'expected a list of marks, such as ["pronunciation"]',
    })
    .default(['pronunciation']),
  /**
   * Most characters that the server takes at once. No piece of a long text is longer; other text that is goes to the next provider.
   * Without it there is no limit.
   */
  maxInput: wholeNumber('characters', 1, 1_000_000).optional(),
  /**
   * Most speech calls in any minute, those of health checks too. A long text is cut into fewer, longer pieces where it has to be, and
   * waits where it can; other requests go to the next provider. Without it the server's own word counts: most say nothing, and those
   * that limit the rate say so themselves.
   */
  maxCallsPerMinute: wholeNumber('calls', 1, 100_000).optional(),
  /**
   * Limits in milliseconds, one for each phase of a call. Beyond 500 characters `firstByte` grows by 1 ms and `total` by 60 ms a
   * character.
   *
   * @default {}
   */
  timeout: object({
    /**
     * Milliseconds for the server's name to be resolved. A name server answers in a few; one that has not in a second is lost.
     *
     * @default 1_000
     */
    lookup: milliseconds().default(1_000),
    /**
     * Milliseconds until the connection stands, waiting for a free socket included: time for one lost packet to be sent again.
     *
     * @default 2_000
     */
    connect: milliseconds().default(2_000),
    /**
     * Milliseconds for the handshake of TLS, counted from the connection: time for one lost packet to be sent again.
     *
     * @default 2_000
     */
    secureConnect: milliseconds().default(2_000),
    /**
     * Milliseconds until the request has been handed to the network. A text is small, so that only a stuck connection takes as long.
     *
     * @default 5_000
     */
    send: milliseconds().default(5_000),
    /**
     * Milliseconds from the request sent to the first proven byte of sound. Half of the router's `deadline`, so that the next provider
     * has as much.
     *
     * @default 5_000
     */
    firstByte: milliseconds().default(5_000),
    /**
     * Milliseconds between two pieces of sound, while the client wants more. A server that stops for longer has stopped for good.
     *
     * @default 10_000
     */
    idle: milliseconds().default(10_000),
    /**
     * Milliseconds for the whole call. Two minutes, for servers that send as fast as one listens.
     *
     * @default 120_000
     */
    total: milliseconds().default(120_000),
  }).prefault({}),
  /**
   * The connections to this server, which no other provider can use up.
   *
   * @default {}
   */
  pool: object({
    /**
     * Most connections at once. Where nothing is said, twice the calls that the bulkhead lets through: the queue for a socket must never
     * be the one to wait in.
     *
     * @default twice `bulkhead.maxConcurrent`, 20 at the least
     */
    maxSockets: wholeNumber('sockets', 1, 10_000).optional(),
    /**
     * Milliseconds for which an idle connection is kept. uvicorn, which most of these servers run on, closes one after 5 s: ours has to
     * go first.
     *
     * @default 4_000
     */
    keepAlive: milliseconds().default(4_000),
  }).prefault({}),
  /**
   * Most bytes of a reply; larger audio is cut off with an error. 25 MiB: nine minutes of uncompressed speech at 24 kHz, more than any
   * text of `maxInput` takes.
   *
   * @default 26_214_400
   */
  maxBytes: wholeNumber('bytes', 1, 1024 * MEBIBYTE).default(25 * MEBIBYTE),
  /** How the server is known over TLS, where Node's own ways are not enough. */
  tls: object({
    /** The certificates of those that are trusted, as PEM text, in place of Node's own. */
    ca: pem.optional(),
    /** Our certificate, as PEM text, for servers that want one. */
    cert: pem.optional(),
    /** The key of our certificate, as PEM text. */
    key: pem.optional(),
    /** The name that the server's certificate is for, where it is not the one in `baseUrl`. */
    servername: nonEmptyString('the name that the certificate is for').optional(),
    /** `false` takes any certificate, that of somebody in between as well. Node's own way is `true`. */
    rejectUnauthorized: boolean().optional(),
  }).optional(),
  /**
   * Addresses and ranges that the server may have, such as `10.0.0.0/8`. Without it loopback, private and public ones; link-local
   * addresses and those of metadata services, however they are spelled, are refused unless they are named here.
   */
  allowAddresses: z
    .array(z.string({ error: ADDRESS_ERROR }).refine(isAddressRange, { error: ADDRESS_ERROR }), {
      error: 'expected a list of addresses and ranges',
    })
    .min(1, { error: 'expected at least one address or range, or no such option' })
    .optional(),
});

/** Options of a remote, with every default filled in, and what its guards have to say to it. */
export interface RemoteOptions extends Omit<Filled<z.output<typeof REMOTE_OPTIONS>>, 'pool'> {
  readonly pool: { readonly maxSockets: number; readonly keepAlive: number };
  /** What a health check asks for in place of the list of models. */
  readonly healthPath?: string;
  /** Whether health checks speak as well. */
  readonly healthSpeaks?: boolean;
}

/** Milliseconds for each phase of a call. */
export type RemoteTimeouts = RemoteOptions['timeout'];
