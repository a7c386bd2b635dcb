/** What may be to blame for a failure: the service for certain, or perhaps what the call asked for. */
/**
 * What may be to blame for a failure: the service for certain, what was asked for, or, of an answer that was late, either: silence looks
 * like a dead service.
 */
export type FailureCause = 'service' | 'request' | 'late';

/**
 * Leave to call the service once. It ends with the first of `succeed`, `fail` or `release`; later calls do nothing.
 */
export interface CircuitPermit {
  /** Time by the clock at which it was given. */
  readonly begunAt: number;
  /** Says that an answer has begun. Lets others in after a probe, but may still be revoked by `fail`. */
  proven(): void;
  /** Says that the answer was whole. */
  succeed(): void;
  /**
   * Says that the service failed, before its answer or in the middle of it.
   *
   * @param cause `service` by default
   * @returns whether it was held against the service
   */
  fail(cause?: FailureCause): boolean;
  /** Says that nothing was learnt, as when the caller left. A probe's place is handed back. */
  release(): void;
}

/** Refuses a call because the circuit is open, or because another call is probing. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** As `attempts` and events have it. */
  readonly code = 'circuit_open';
  /** Milliseconds until a probe may be let through; 0 while one is under way. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('the circuit is open');
    this.retryAfter = retryAfter;
  }
}
