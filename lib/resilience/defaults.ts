/** What the guards are set to where nothing else is said: by the factories of this room, and by the speech router. */
export const DEFAULTS = Object.freeze({
  /** When a service is left alone. */
  circuitBreaker: Object.freeze({
    /** Failures in a row: a handful of callers have waited by then; one or two failures happen to every service. */
    consecutive: 5,
    /** Calls that are looked at: for a service that fails every second time, which never fails five times in a row for long. */
    window: 20,
    /** Calls of these without which nothing is said. */
    minimum: 10,
    /** Failures among them, 0 to 1. */
    rate: 0.5,
    /** Milliseconds: a process restarts in that time; what has to be loaded anew gets there by doubling. */
    openFor: 5_000,
    /** Milliseconds that doubling leads to at the most. */
    maxOpenFor: 60_000,
  }),
  /** How many calls it gets. */
  bulkhead: Object.freeze({
    /** Calls at the same time: more than most services work on at once for one process, and few enough that a slow one holds little. */
    maxConcurrent: 10,
    /** Calls that may wait: two for each that is made. */
    maxQueue: 20,
    /** Milliseconds: whoever has somewhere else to go is there sooner than after a longer wait. */
    maxWait: 500,
  }),
  /** How often a call is tried again. */
  retry: Object.freeze({
    /** Tries beyond the first: more than one multiplies the load on a service just when it can bear it least. */
    limit: 1,
    /** Retries as a share of all calls, 0 to 1, so that they cannot feed an outage. */
    budget: 0.1,
    /** Milliseconds: a service that asks for more rest than that is better left for another one. */
    maxDelay: 1_000,
  }),
  /** How long a chain may take. */
  fallback: Object.freeze({
    /** Milliseconds for the whole chain: a person waits for it. */
    deadline: 10_000,
    /**
     * Milliseconds that the steps before leave each: enough for a service in the same network to answer at all, and for a warm local
     * engine to begin a sentence on a busy machine.
     */
    reserve: 1_000,
  }),
});
