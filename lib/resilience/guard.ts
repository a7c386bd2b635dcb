import { Bulkhead, type BulkheadOptions, type BulkheadPermit } from './bulkhead.js';
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitPermit,
  type CircuitState,
} from './circuit-breaker.js';
import { failureOf } from './failure.js';
import type { Policy } from './policy.js';
import { linkedController } from './policy.js';

export interface GuardOptions {
  readonly circuitBreaker: CircuitBreakerOptions;
  readonly bulkhead: BulkheadOptions;
  /** Says whether a rejection is the service's fault; all are where this is not given. A caller's own mistake is not, for one. */
  readonly isFailure?: (error: unknown) => boolean;
}

/** Leave to make one call. It ends with the first of `succeed`, `fail` or `release`; later calls do nothing. */
export interface GuardPermit {
  /** Says that an answer has begun. Others are let in after a probe, but `fail` may still revoke that. */
  proven(): void;
  /** Says that the answer was whole. */
  succeed(): void;
  /** Says that the service failed, before its answer or in the middle of it. */
  fail(coolDown?: number): void;
  /**
   * Says that nothing was learnt about the service, as when the caller left.
   *
   * @param coolDown milliseconds for which the place stays taken, for services that go on working after their caller has left
   */
  release(coolDown?: number): void;
  /** Gives the place back ahead of the end: the service has no more work with it. What becomes of the answer still counts. */
  vacate(): void;
}

/**
 * Stands before one service: a circuit breaker that leaves it alone while it fails, and a bulkhead that bounds the calls to it.
 *
 * Whoever is let in holds a permit until the whole answer has come, so that a body which dies in the middle counts as the failure
 * that it is, and a place is free only when the work behind it has ended. Who is refused is told at once, or has waited in the
 * bulkhead's queue for no longer than its limit; neither counts for or against the service.
 */
export class Guard implements Policy {
  readonly #circuitBreaker: CircuitBreaker;
  readonly #bulkhead: Bulkhead;
  readonly #isFailure: (error: unknown) => boolean;

  constructor({ circuitBreaker, bulkhead, isFailure = () => true }: GuardOptions) {
    this.#isFailure = isFailure;
    this.#circuitBreaker = new CircuitBreaker(circuitBreaker);
    this.#bulkhead = new Bulkhead(bulkhead);
  }

  get circuit(): CircuitState {
    return this.#circuitBreaker.state;
  }

  /** Calls under way, and places that cool down. */
  get running(): number {
    return this.#bulkhead.running;
  }

  get queued(): number {
    return this.#bulkhead.queued;
  }

  /** Leaves the service alone for at least so many milliseconds: it asked for that, or a health check says so. */
  openFor(milliseconds: number): void {
    this.#circuitBreaker.openFor(milliseconds);
  }

  /** Ends an open period early, because something else has seen the service well. */
  tryEarly(): void {
    this.#circuitBreaker.tryEarly();
  }

  /**
   * Asks for leave to call, if there is room at once.
   *
   * @returns the permit, or undefined where one would have to wait
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  tryAcquire(): GuardPermit | undefined {
    // A caller that would be refused in the end does not wait first, and takes no place from those who may call.
    this.#circuitBreaker.check();
    const place = this.#bulkhead.tryAcquire();
    return place && this.enter(place);
  }

  /**
   * Asks for leave to call, waiting for room if need be.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   * @throws {BulkheadRefusedError} when there is no room for the call
   */
  async acquire(signal: AbortSignal): Promise<GuardPermit> {
    return this.tryAcquire() ?? this.enter(await this.#bulkhead.acquire(signal));
  }

  /**
   * Takes a place for several calls, one after the other; each of them asks for leave with `enter`. Waits for room if need be.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   * @throws {BulkheadRefusedError} when there is no room
   */
  async reserve(signal: AbortSignal): Promise<BulkheadPermit> {
    this.#circuitBreaker.check();
    return this.#bulkhead.tryAcquire() ?? this.#bulkhead.acquire(signal);
  }

  /**
   * Asks for leave to make a call from a place that the caller has. The place is told when the call is over.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  enter(place: BulkheadPermit): GuardPermit {
    // The circuit may have opened while the caller waited for the place.
    try {
      return new HeldPermit(this.#circuitBreaker.acquire(), place);
    } catch (error) {
      place.release();
      throw error;
    }
  }

  /**
   * Makes a call whose answer is whole when its promise resolves. A rejection counts as a failure of the service, unless it is none
   * or the caller has left. A deadline that is up is the service's slowness: the signal's reason has the code `deadline` then, as it
   * does inside `runFallbackChain`.
   */
  async execute<Value>(
    task: (context: { readonly signal: AbortSignal }) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    const permit = await this.acquire(signal);
    const linked = linkedController(signal);
    try {
      const value = await task({ signal: linked.controller.signal });
      permit.succeed();
      return value;
    } catch (error) {
      const hasFailed = signal.aborted ? failureOf(signal.reason).code === 'deadline' : this.#isFailure(error);
      if (hasFailed) permit.fail();
      else permit.release();
      throw error;
    } finally {
      linked.unlink();
    }
  }
}

class HeldPermit implements GuardPermit {
  readonly #circuit: CircuitPermit;
  /** Undefined once it was given back: it may be another's by now. */
  #place: BulkheadPermit | undefined;

  constructor(circuit: CircuitPermit, place: BulkheadPermit) {
    this.#circuit = circuit;
    this.#place = place;
  }

  proven(): void {
    this.#circuit.proven();
  }

  succeed(): void {
    this.#circuit.succeed();
    this.#place?.release();
  }

  fail(coolDown?: number): void {
    this.#circuit.fail();
    this.#place?.release(coolDown);
  }

  release(coolDown?: number): void {
    this.#circuit.release();
    this.#place?.release(coolDown);
  }

  vacate(): void {
    this.#place?.release();
    this.#place = undefined;
  }
}
