import { z } from 'zod';
import { milliseconds, object, boolean, ratio, wholeNumber } from '../options/schemas.js';
import { DEFAULTS } from '../resilience/index.js';

const HEALTH_ERROR = 'expected false, or an object such as { interval: 10000 }';

/** What every health check has. */
const checks = {
  /**
   * Milliseconds from the end of one check to the start of the next. While checks disagree with what is known they come four times as
   * often, so that a provider is found to be down within half a minute.
   *
   * @default 10_000
   */
  interval: milliseconds().default(10_000),
  /**
   * Milliseconds after which a check has failed. A list is there in far less; a server that works on speech may be slow to give it.
   *
   * @default 2_000
   */
  timeout: milliseconds().default(2_000),
  /**
   * Whether checks say a word as well, once a minute. Speaking costs money on a hosted service, so a check asks for a list unless it is
   * told to speak.
   *
   * @default false
   */
  speak: boolean().default(false),
};

/** What stands around every provider, with the contract's numbers. */
export const guards = {
  /**
   * When a provider that fails is left alone, and for how long. A body that dies counts as a failure; a fault of the client does not.
   *
   * @default {}
   */
  circuitBreaker: object({
    /**
     * Failures in a row that open the circuit. A handful of callers have waited by then; one or two failures happen to every service.
     *
     * @default 5
     */
    consecutive: wholeNumber('failures', 1, 1_000).default(DEFAULTS.circuitBreaker.consecutive),
    /**
     * How many of the last outcomes `rate` is taken over. It is for a service that fails every second time, which never fails five times
     * in a row for long.
     *
     * @default 20
     */
    window: wholeNumber('outcomes', 1, 1_000).default(DEFAULTS.circuitBreaker.window),
    /**
     * Outcomes that have to be there before `rate` counts. Of fewer, a share says little.
     *
     * @default 10
     */
    minimum: wholeNumber('outcomes', 1, 1_000).default(DEFAULTS.circuitBreaker.minimum),
    /**
     * The share of failures among the last outcomes, from 0 to 1, that opens the circuit. From there on the next provider does better.
     *
     * @default 0.5
     */
    rate: ratio('a share of failures').default(DEFAULTS.circuitBreaker.rate),
    /**
     * Milliseconds for which the circuit stays open the first time. They double each time that the request which tries it fails. A process
     * restarts in that time; a model that has to be loaded anew gets there by doubling.
     *
     * @default 5_000
     */
    openFor: milliseconds().default(DEFAULTS.circuitBreaker.openFor),
    /**
     * Most milliseconds for which the circuit stays open, however often it was tried. A minute is what a server that is back again may
     * go unused.
     *
     * @default 60_000
     */
    maxOpenFor: milliseconds().default(DEFAULTS.circuitBreaker.maxOpenFor),
  }).prefault({}),
  /**
   * How many calls a provider gets at once, and how many may wait for a place. A place is taken until the body has ended.
   *
   * @default {}
   */
  bulkhead: object({
    /**
     * Most calls to this provider at once. More than a server with one GPU works on at once, and few enough that a slow one holds little.
     * A remote gets fewer where it bears no more.
     *
     * @default 10
     */
    maxConcurrent: wholeNumber('calls', 1, 10_000).default(DEFAULTS.bulkhead.maxConcurrent),
    /**
     * Most calls that wait for a place; the next one goes on at once. Twice as many as there are places, as a call gets one in half a
     * second or not at all.
     *
     * @default 20
     */
    maxQueue: wholeNumber('calls', 0, 10_000).default(DEFAULTS.bulkhead.maxQueue),
    /**
     * Milliseconds that a call waits for a place where another provider with sound stands behind this one, which begins to speak in less
     * than anybody would wait here. At the last of them a call waits for as long as `deadline` allows.
     *
     * @default 500
     */
    maxWait: milliseconds().default(DEFAULTS.bulkhead.maxWait),
  }).prefault({}),
  /**
   * Whether a failed call is made once more, before there is sound, where the failure may pass. `Retry-After` is obeyed.
   *
   * @default {}
   */
  retry: object({
    /**
     * Tries beyond the first: 0 or 1. More would multiply the load on a server just when it can bear it least.
     *
     * @default 1
     */
    limit: wholeNumber('retries', 0, 1).default(DEFAULTS.retry.limit),
    /**
     * Most text that is sent again, as a share of all text, from 0 to 1. In characters, as that is what a hosted service is paid for; a
     * tenth cannot feed an outage.
     *
     * @default 0.1
     */
    budget: ratio('a share of the text').default(DEFAULTS.retry.budget),
  }).prefault({}),
  /**
   * Regular checks: a provider is down after three that failed, and up after two that did not. `false` for none.
   *
   * @default {}
   */
  health: z.union([z.literal(false), object(checks)], { error: HEALTH_ERROR }).prefault({}),
};

/** The same around a remote, whose checks may ask for a path of their own. */
export const remoteGuards = {
  ...guards,
  /**
   * Regular checks: the server is down after three that failed, and up after two that did not. `false` for none.
   *
   * @default {}
   */
  health: z
    .union(
      [
        z.literal(false),
        object({
          ...checks,
          /** What a check asks for in place of the list of models, such as `/health`. It is put behind `baseUrl`. */
          path: z
            .string({ error: 'expected a path such as "/health"' })
            .regex(/^\/[^\s]*$/, { error: 'expected a path that begins with a slash, such as "/health"' })
            .optional(),
        }),
      ],
      { error: HEALTH_ERROR },
    )
    .prefault({}),
};

/** The schema of the guards that a provider object of the user's own may name beside its methods. */
export const GUARDS_SCHEMA = z.object(guards);

/** The guards around a provider, each of which may be left out in whole or in part. */
export type SpeechGuards = z.input<z.ZodObject<typeof guards>>;

/** What stands around a provider, with every default filled in. */
export type GuardsConfiguration = z.output<typeof GUARDS_SCHEMA>;

/** The guards around a remote, each of which may be left out in whole or in part. */
export type RemoteGuards = z.input<z.ZodObject<typeof remoteGuards>>;
