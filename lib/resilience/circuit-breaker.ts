import type { Clock } from './clock.js';
import { OutcomeWindow } from './outcome-window.js';

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly consecutive: number;
  /** How many of the last outcomes the failure rate is taken over. A count needs no timer and means the same at night. */
  readonly window: number;
  /** Outcomes that must be there before the rate counts; a smaller window is enough when it is full. */
  readonly minimum: number;
  /** Share of failures, 0 to 1, that opens the circuit. */
  readonly rate: number;
  /** Milliseconds that the circuit stays open the first time. Doubled each time the probe fails, as a service that is slow to come back needs rest. */
  readonly openFor: number;
  /** The longest open period in milliseconds. */
  readonly maxOpenFor: number;
  readonly clock: Clock;
  /** Returns 0 to 1. Spreads the moments at which several instances probe the same service. */
  readonly random: () => number;
  readonly onChange?: ((from: CircuitState, to: CircuitState) => void) | undefined;
}

/**
 * Leave to call the service once. It ends with the first of `succeed`, `fail` or `release`; later calls do nothing.
 */
export interface CircuitPermit {
  /** Says that an answer has begun. Lets others in after a probe, but may still be revoked by `fail`. */
  proven(): void;
  /** Says that the answer was whole. */
  succeed(): void;
  /** Says that the service failed, before its answer or in the middle of it. */
  fail(): void;
  /** Says that nothing was learnt, as when the caller left. A probe's place is handed back. */
  release(): void;
}

/** Refuses a call because the circuit is open, or because another call is probing. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly code = 'circuit_open';
  /** Milliseconds until a probe may be let through; 0 while one is under way. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('the circuit is open');
    this.retryAfter = retryAfter;
  }
}

type State =
  | {
      readonly name: 'closed';
      failuresInARow: number;
      readonly outcomes: OutcomeWindow;
      probation: CircuitPermit | null;
    }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; probe: CircuitPermit | null };

/** An open period is stretched by up to this share of itself. */
const JITTER = 0.2;

/**
 * Leaves a failing service alone: it opens after failures in a row or a failure rate, refuses calls for a while, then lets one
 * probe through while everybody else is still refused at once.
 *
 * A permit is held until the whole answer has come. It carries the epoch in which it was given: what a call from before a break
 * reports after it says nothing about the service as it is now, and is not counted.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #state: State;
  #epoch = 0;
  /** Times in a row that the circuit has opened without a whole answer in between. */
  #breaks = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#state = this.#closed(null);
  }

  get state(): CircuitState {
    this.#endOpenPeriod();
    return this.#state.name;
  }

  /**
   * Refuses as `acquire` would, and takes nothing: for callers that would have to wait before they call.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  check(): void {
    this.#endOpenPeriod();
    const state = this.#state;
    if (state.name === 'open') throw new CircuitOpenError(state.until - this.#options.clock.now());
    if (state.name === 'half-open' && state.probe !== null) throw new CircuitOpenError(0);
  }

  /**
   * Asks for leave to call.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  acquire(): CircuitPermit {
    this.check();
    const state = this.#state;
    const permit = this.#permit();
    if (state.name === 'half-open') state.probe = permit;
    return permit;
  }

  /** Opens the circuit from outside, for at least so many milliseconds: a health check failed, or the service asked for rest. */
  openFor(milliseconds: number): void {
    const until = this.#options.clock.now() + milliseconds;
    if (this.#state.name === 'open' && this.#state.until >= until) return;
    this.#become({ name: 'open', until });
  }

  /** Ends an open period early, because something else has seen the service well. The next call is the probe. */
  tryEarly(): void {
    if (this.#state.name === 'open') this.#become({ name: 'half-open', probe: null });
  }

  #permit(): CircuitPermit {
    let epoch = this.#epoch;
    let ended = false;
    const end = (count: () => void): void => {
      if (ended) return;
      ended = true;
      if (epoch === this.#epoch) count();
    };
    const permit: CircuitPermit = {
      proven: () => {
        if (ended || epoch !== this.#epoch || this.#state.name !== 'half-open') return;
        this.#become(this.#closed(permit));
        // The probe's own end still counts, in the new epoch it began.
        epoch = this.#epoch;
      },
      succeed: () => {
        end(() => {
          this.#countSuccess();
        });
      },
      fail: () => {
        end(() => {
          this.#countFailure(permit);
        });
      },
      release: () => {
        end(() => {
          if (this.#state.name === 'half-open') this.#state.probe = null;
        });
      },
    };
    return permit;
  }

  #countSuccess(): void {
    this.#breaks = 0;
    if (this.#state.name === 'half-open') this.#become(this.#closed(null));
    if (this.#state.name !== 'closed') return;
    this.#state.probation = null;
    this.#state.failuresInARow = 0;
    this.#state.outcomes.add('success');
  }

  #countFailure(permit: CircuitPermit): void {
    const state = this.#state;
    if (state.name === 'open') return;
    if (state.name === 'half-open' || state.probation === permit) {
      this.#trip();
      return;
    }
    const { consecutive, window, rate } = this.#options;
    const minimum = Math.min(this.#options.minimum, window);
    state.failuresInARow += 1;
    state.outcomes.add('failure');
    const rateReached = state.outcomes.size >= minimum && state.outcomes.failureRate >= rate;
    if (state.failuresInARow >= consecutive || rateReached) this.#trip();
  }

  #trip(): void {
    const { openFor, maxOpenFor, clock, random } = this.#options;
    const period = Math.min(maxOpenFor, openFor * 2 ** this.#breaks);
    this.#breaks += 1;
    this.#become({ name: 'open', until: clock.now() + period * (1 + JITTER * random()) });
  }

  #endOpenPeriod(): void {
    if (this.#state.name === 'open' && this.#options.clock.now() >= this.#state.until) {
      this.#become({ name: 'half-open', probe: null });
    }
  }

  #closed(probation: CircuitPermit | null): State {
    return { name: 'closed', failuresInARow: 0, outcomes: new OutcomeWindow(this.#options.window), probation };
  }

  #become(next: State): void {
    const from = this.#state.name;
    this.#state = next;
    this.#epoch += 1;
    if (from !== next.name) this.#options.onChange?.(from, next.name);
  }
}
