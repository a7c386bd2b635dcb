import { z } from 'zod';
import { milliseconds, object, boolean, ratio, wholeNumber } from '../options/schemas.js';
import { DEFAULTS } from '../resilience/index.js';

export const HEALTH_ERROR = 'expected false, or an object such as { interval: 10000 }';

/** What every health check has. */
export const checks = {
  interval: milliseconds().default(10_000),
  timeout: milliseconds().default(2_000),
  // Speaking costs money on a hosted service, so a check asks for a list unless it is told to speak.
  speak: boolean().default(false),
};

/** What stands around every provider, with the contract's numbers. */
export const guards = {
  circuitBreaker: object({
    // A handful of callers have waited by then; one or two failures happen to every service.
    consecutive: wholeNumber('failures', 1, 1_000).default(DEFAULTS.circuitBreaker.consecutive),
    // For a service that fails every second time, which never fails five times in a row for long.
    window: wholeNumber('outcomes', 1, 1_000).default(DEFAULTS.circuitBreaker.window),
    minimum: wholeNumber('outcomes', 1, 1_000).default(DEFAULTS.circuitBreaker.minimum),
    rate: ratio('a share of failures').default(DEFAULTS.circuitBreaker.rate),
    // A process restarts in that time; a model that has to be loaded anew gets there by doubling.
    openFor: milliseconds().default(DEFAULTS.circuitBreaker.openFor),
    maxOpenFor: milliseconds().default(DEFAULTS.circuitBreaker.maxOpenFor),
  }).prefault({}),
  bulkhead: object({
    // More than a server with one GPU works on at once, and few enough that a slow one holds little. A remote gets fewer where it bears no more.
    maxConcurrent: wholeNumber('calls', 1, 10_000).default(DEFAULTS.bulkhead.maxConcurrent),
    maxQueue: wholeNumber('calls', 0, 10_000).default(DEFAULTS.bulkhead.maxQueue),
    // The next provider begins to speak in less than anybody would wait here. Where nobody with sound stands behind, the deadline counts.
    maxWait: milliseconds().default(DEFAULTS.bulkhead.maxWait),
  }).prefault({}),
  retry: object({
    limit: wholeNumber('retries', 0, 1).default(DEFAULTS.retry.limit),
    // In characters, as that is what a hosted service is paid for.
    budget: ratio('a share of the text').default(DEFAULTS.retry.budget),
  }).prefault({}),
  health: z.union([z.literal(false), object(checks)], { error: HEALTH_ERROR }).prefault({}),
};

/** The schema of the guards that a provider object of the user's own may name beside its methods. */
export const GUARDS_SCHEMA = z.object(guards);

/** The guards around a provider, each of which may be left out in whole or in part. */
export type SpeechGuards = z.input<typeof GUARDS_SCHEMA>;

/** What stands around a provider, with every default filled in. */
export type GuardsConfiguration = z.output<typeof GUARDS_SCHEMA>;
