import { AdaptiveLimit } from './adaptive-limit.js';
import {
  ABANDONED_AFTER,
  Bulkhead,
  BulkheadRefusedError,
  type BulkheadOptions,
  type BulkheadPermit,
} from './bulkhead.js';
import { CircuitBreaker, type CircuitBreakerOptions, type CircuitState } from './circuit-breaker.js';
import { CircuitOpenError } from './circuit-permit.js';
import { HeldPermit, type GuardPermit } from './guard-permit.js';
import { callJudged } from './judged-call.js';
import { checkSignal, neverAborts, type Policy, type Task } from './policy.js';
import { Pulse } from './pulse.js';
import type { CallTraits } from './suspects.js';
import { CallTimeoutError } from './timeout-policy.js';
import { WaitingLine } from './waiting-line.js';

/** What a guard is made of. */
export interface GuardOptions {
  /** When the service is left alone, and for how long. */
  readonly circuitBreaker: CircuitBreakerOptions;
  /** How many calls it gets at the same time, and how many may wait. */
  readonly bulkhead: BulkheadOptions;
  /** Has the number of calls at a time follow what the service bears, up to the bulkhead's; all of it is used where this is not given. */
  readonly adaptive?:
    | {
        /** Milliseconds after which an answer to one of several calls has taken too long. */
        readonly lateAfter: number;
      }
    | undefined;
  /** Says whether a rejection is the service's fault; all are where this is not given. A caller's own mistake is not, for one. */
  readonly isFailure?: (error: unknown) => boolean;
}

/** How one call asks to be let in. */
export interface EntryOptions {
  /** Milliseconds that it can wait for a place; the bulkhead's where it does not say. */
  readonly maxWait?: number | undefined;
  /** What it asks for, if that may be to blame for a failure. */
  readonly call?: CallTraits | undefined;
  /** Puts something in front of the place that it gets, such as one that is kept for several calls. */
  readonly keep?: ((place: BulkheadPermit) => BulkheadPermit) | undefined;
}

/**
 * Milliseconds that anybody waits for another's probe, and then at least for a place behind it. What the service took before it was gone
 * says little of one that has just come back, and may have a model to load.
 */
const PATIENCE = 1_000;

/**
 * Stands before one service: a circuit breaker that leaves it alone while it fails, and a bulkhead that bounds the calls to it.
 *
 * Whoever is let in holds a permit until the whole answer has come, so that a body which dies in the middle counts as the failure
 * that it is, and a place is free only when the work behind it has ended. Who is refused is told at once, or has waited in the
 * bulkhead's queue for no longer than its limit; neither counts for or against the service.
 *
 * Load is no failure. A call that is late, or refused for load, while the service answers others counts for nothing but the number of
 * calls that it is given at a time.
 */
export class Guard implements Policy {
  readonly #circuitBreaker: CircuitBreaker;
  readonly #bulkhead: Bulkhead;
  readonly #limit: AdaptiveLimit | undefined;
  readonly #pulse: Pulse;
  /** Those who wait for the answer of another's probe. */
  readonly #forProbe: WaitingLine<void>;
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    const { circuitBreaker, bulkhead, adaptive } = options;
    const { clock } = bulkhead;
    this.#options = options;
    this.#pulse = new Pulse(clock);
    this.#forProbe = new WaitingLine(clock);
    if (adaptive !== undefined) {
      const onRise = (): void => {
        this.#bulkhead.admitWaiting();
      };
      this.#limit = new AdaptiveLimit({ most: bulkhead.maxConcurrent, lateAfter: adaptive.lateAfter, clock, onRise });
    }
    const limit = this.#limit;
    this.#bulkhead = new Bulkhead({
      ...bulkhead,
      ...(limit && { limit: () => limit.current, untried: () => limit.untried }),
    });
    this.#circuitBreaker = new CircuitBreaker({
      ...circuitBreaker,
      onChange: (from, to) => {
        this.#circuitChanged(from, to);
        circuitBreaker.onChange?.(from, to);
      },
      onProbeEnd: () => {
        this.#forProbe.admitAll(undefined);
      },
      patience: () => PATIENCE,
    });
  }

  /** Whether calls are let through now. */
  get circuit(): CircuitState {
    return this.#circuitBreaker.state;
  }

  /** Calls under way, and places that cool down. */
  get running(): number {
    return this.#bulkhead.running;
  }

  /** Calls that wait, for a place or for a probe to tell something. */
  get queued(): number {
    return this.#bulkhead.queued + this.#forProbe.length;
  }

  /** Calls that are let through at the same time now. */
  get limit(): number {
    return this.#bulkhead.limit;
  }

  /** Milliseconds from a call to its answer, as a rule; 0 while there has been none. */
  get usualAnswer(): number {
    return this.#pulse.usualAnswer;
  }

  /**
   * Leaves the service alone for at least so many milliseconds: it asked for that, or a health check says so.
   *
   * @param isHopeful whether the service is expected to be well then
   */
  open(milliseconds: number, isHopeful?: boolean): void {
    this.#circuitBreaker.open(milliseconds, isHopeful);
  }

  /** Ends an open period early, because something else has seen the service well. */
  halfOpen(): void {
    this.#circuitBreaker.halfOpen();
  }

  /**
   * Asks for a permit to call, if there is room at once.
   *
   * @returns the permit, or undefined where one would have to wait
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  tryAcquire({ call, keep }: EntryOptions = {}): GuardPermit | undefined {
    // A caller that would be refused in the end does not wait first, and takes no place from those who may call.
    this.#circuitBreaker.check(call);
    if (this.#circuitBreaker.probe !== 'none') return undefined;
    const place = this.#bulkhead.tryAcquire();
    return place && this.enter(keep?.(place) ?? place, call);
  }

  /**
   * Asks for a permit to call, waiting for room if need be, and a short while for the probe of another where that is worth it.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   * @throws {BulkheadRefusedError} when there is no room for the call
   */
  async acquire(signal: AbortSignal, entry: EntryOptions = {}): Promise<GuardPermit> {
    let { maxWait = this.#options.bulkhead.maxWait } = entry;
    for (;;) {
      const permit = this.tryAcquire(entry);
      if (permit !== undefined) return permit;
      if (this.#circuitBreaker.probe === 'none') break;
      await this.#endOfProbe(signal);
      // Few are let in at first, and it would have been for nothing if those behind them left as soon as the service is back.
      maxWait = Math.max(maxWait, PATIENCE);
    }
    const place = await this.#bulkhead.acquire(signal, maxWait);
    return this.enter(entry.keep?.(place) ?? place, entry.call);
  }

  /**
   * Takes the place of the probe, for a check that shows how the service is. It is no call, and needs no room.
   *
   * @returns nothing where the circuit is not half-open, or somebody else probes
   */
  tryProbe(): GuardPermit | undefined {
    if (this.circuit !== 'half-open' || this.#circuitBreaker.probe !== 'none') return undefined;
    return this.enter({ release: () => undefined });
  }

  /**
   * Asks for a permit to make a call from a place that the caller has. The place is told when the call is over.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  enter(place: BulkheadPermit, call?: CallTraits): GuardPermit {
    // The circuit may have opened while the caller waited for the place.
    try {
      const circuit = this.#circuitBreaker.acquire(call);
      return new HeldPermit({ circuit, place, pulse: this.#pulse, limit: this.#limit, running: this.#running });
    } catch (error) {
      place.release();
      throw error;
    }
  }

  /**
   * Makes a call whose answer is whole when its promise resolves; `callJudged()` says what counts then.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   * @throws {BulkheadRefusedError} when there is no room for the call
   * @throws {CallTimeoutError} when the caller has left before
   */
  async execute<Value>(task: Task<Value>, signal = neverAborts()): Promise<Value> {
    checkSignal(signal);
    if (signal.aborted) throw new CallTimeoutError('aborted', signal.reason);
    const permit = await this.acquire(signal);
    const { isFailure } = this.#options;
    return callJudged(task, signal, {
      permit,
      late: () => permit.fail(ABANDONED_AFTER, 'load'),
      left: () => {
        permit.release(ABANDONED_AFTER);
      },
      isFailure,
    });
  }

  readonly #running = (): number => this.#bulkhead.running;

  #endOfProbe(signal: AbortSignal): Promise<void> {
    const isInVain = this.#circuitBreaker.probe !== 'worth waiting for';
    if (isInVain || this.queued >= this.#options.bulkhead.maxQueue) throw new CircuitOpenError(0);
    return this.#forProbe.wait({
      limit: PATIENCE,
      signal,
      expired: () => new CircuitOpenError(0),
      aborted: () => new BulkheadRefusedError('aborted'),
    });
  }

  #circuitChanged(from: CircuitState, to: CircuitState): void {
    if (to === 'open') this.#bulkhead.dismissWaiting(() => new CircuitOpenError(0));
    // Not all at once: a service that has just come back is soon gone again under all that has waited for it.
    if (from === 'half-open' && to === 'closed') {
      this.#limit?.restart(this.#bulkhead.running);
      this.#bulkhead.admitWaiting();
    }
  }
}
