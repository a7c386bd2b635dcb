/** What the guards are set to where nothing else is said: by the factories of this room, and by the speech router. */
export const DEFAULTS = Object.freeze({
  circuitBreaker: Object.freeze({
    // A handful of callers have waited by then; one or two failures happen to every service.
    consecutive: 5,
    // For a service that fails every second time, which never fails five times in a row for long.
    window: 20,
    minimum: 10,
    rate: 0.5,
    // A process restarts in that time; what has to be loaded anew gets there by doubling.
    openFor: 5_000,
    maxOpenFor: 60_000,
  }),
  bulkhead: Object.freeze({
    // More than most services work on at once for one process, and few enough that a slow one holds little.
    maxConcurrent: 10,
    maxQueue: 20,
    // Whoever has somewhere else to go is there sooner than after a longer wait.
    maxWait: 500,
  }),
  retry: Object.freeze({
    // More than one multiplies the load on a service just when it can bear it least.
    limit: 1,
    budget: 0.1,
    // A service that asks for more rest than that is better left for another one.
    maxDelay: 1_000,
  }),
  fallback: Object.freeze({
    deadline: 10_000,
    // Enough for a service in the same network to answer at all, and for a warm local engine to begin a sentence on a busy machine.
    reserve: 1_000,
  }),
});
