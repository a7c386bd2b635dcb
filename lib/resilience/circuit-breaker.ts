import { CircuitOpenError, type CircuitPermit } from './circuit-permit.js';
import type { Clock } from './clock.js';
import { FailureRow } from './failure-row.js';
import { callJudged } from './judged-call.js';
import { OutcomeWindow } from './outcome-window.js';
import { checkSignal, type Policy, type Task } from './policy.js';
import { Suspects, type CallTraits } from './suspects.js';
import { CallTimeoutError } from './timeout-policy.js';

/** Whether calls are let through: all, none, or one at a time to see whether the service is well again. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** When a circuit opens, for how long, and who is told. */
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
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Returns 0 to 1. Spreads the moments at which several instances probe the same service. */
  readonly random: () => number;
  /** Told of each change of the state. */
  readonly onChange?: ((from: CircuitState, to: CircuitState) => void) | undefined;
  /** For `execute()`: says whether a rejection is the service's fault; all are where this is not given. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /** Called when a probe has ended, or is needed no more: who waited for that may ask again. */
  readonly onProbeEnd?: (() => void) | undefined;
  /** Returns the milliseconds that others would wait for a probe; nobody waits where it is not given. */
  readonly patience?: (() => number) | undefined;
}

type State =
  | {
      readonly name: 'closed';
      failuresInARow: number;
      readonly outcomes: OutcomeWindow;
      probation: CircuitPermit | null;
    }
  | { readonly name: 'open'; readonly until: number; readonly isHopeful: boolean }
  | { readonly name: 'half-open'; readonly isHopeful: boolean; probe: CircuitPermit | null };

/** An open period is stretched by up to this share of itself. */
const JITTER = 0.2;

/**
 * Leaves a failing service alone: it opens after failures in a row or a failure rate, refuses calls for a while, then lets one
 * probe through, for whose answer others may wait.
 *
 * Failures at what callers ask for count as `Suspects` says. A circuit that was opened by nothing but calls with something in common
 * is half-open at once for all that do not have it.
 *
 * A permit is held until the whole answer has come. It carries the epoch in which it was given: what a call from before a break
 * reports after it says nothing about the service as it is now, and is not counted.
 */
export class CircuitBreaker implements Policy {
  readonly #options: CircuitBreakerOptions;
  readonly #suspects: Suspects;
  readonly #row = new FailureRow();
  #state: State;
  #epoch = 0;
  /** Times in a row that the circuit has opened without a whole answer in between. */
  #breaks = 0;

  constructor(options: CircuitBreakerOptions) {
    const { clock, consecutive, openFor } = options;
    this.#options = options;
    this.#suspects = new Suspects({ clock, limit: consecutive, restFor: openFor });
    this.#state = this.#closed(null);
  }

  /** Whether calls are let through now. */
  get state(): CircuitState {
    this.#endOpenPeriod();
    return this.#state.name;
  }

  /**
   * Whether a call finds out at this moment how the service is. Others may wait for that where it is worth it: at the first probe since
   * all was well, where something else has seen the service well, and where the last failure was told quickly. A service that hangs
   * costs them nothing a second time.
   */
  get probe(): 'none' | 'worth waiting for' | 'not worth waiting for' {
    if (this.state !== 'half-open' || this.#state.name !== 'half-open' || this.#state.probe === null) return 'none';
    return this.#state.isHopeful ? 'worth waiting for' : 'not worth waiting for';
  }

  /**
   * Refuses a call that `acquire` would refuse, but for the probe that is under way, and takes nothing: for callers that would have to
   * wait before they call.
   *
   * @throws {CircuitOpenError} when the service is to be left alone
   */
  check(call?: CallTraits): void {
    this.#endOpenPeriod();
    const state = this.#state;
    const rest = call === undefined ? 0 : this.#suspects.restFor(call);
    if (rest > 0) throw new CircuitOpenError(rest);
    if (state.name === 'open' && !this.#row.doesNotConcern(call)) {
      throw new CircuitOpenError(state.until - this.#options.clock.now());
    }
  }

  /**
   * Asks for a permit to call.
   *
   * @param call what is asked for, if that may be to blame for a failure
   * @throws {CircuitOpenError} when the service is to be left alone, or another call is probing
   */
  acquire(call?: CallTraits): CircuitPermit {
    this.check(call);
    if (this.#state.name === 'open') this.halfOpen();
    const state = this.#state;
    if (state.name !== 'half-open') return this.#permit(call);
    if (state.probe !== null) throw new CircuitOpenError(0);
    return (state.probe = this.#permit(call));
  }

  /**
   * Makes a call whose answer is whole when its promise resolves; `callJudged()` says what counts then.
   *
   * @throws {CircuitOpenError} when the service is to be left alone, or another call is probing
   * @throws {CallTimeoutError} when the caller has left before: of that the service is told nothing, and can be late for nothing
   */
  async execute<Value>(task: Task<Value>, signal?: AbortSignal): Promise<Value> {
    checkSignal(signal);
    if (signal?.aborted === true) throw new CallTimeoutError('aborted', signal.reason);
    const permit = this.acquire();
    return callJudged(task, signal, {
      permit,
      late: () => permit.fail('late'),
      left: () => {
        permit.release();
      },
      isFailure: this.#options.isFailure,
    });
  }

  /**
   * Opens the circuit from outside, for at least so many milliseconds: a health check failed, or the service asked for rest.
   *
   * @param isHopeful whether the service is expected to be well then
   */
  open(milliseconds: number, isHopeful = false): void {
    const until = this.#options.clock.now() + milliseconds;
    if (this.#state.name === 'open' && this.#state.until >= until) return;
    this.#row.end();
    this.#become({ name: 'open', until, isHopeful });
  }

  /** Ends an open period early, because something else has seen the service well. The next call is the probe. */
  halfOpen(): void {
    if (this.#state.name === 'open') this.#become({ name: 'half-open', isHopeful: true, probe: null });
  }

  #permit(call: CallTraits | undefined): CircuitPermit {
    let epoch = this.#epoch;
    let ended = false;
    const end = (): boolean => {
      const counts = !ended && epoch === this.#epoch;
      ended = true;
      return counts;
    };
    const release = (): void => {
      if (this.#state.name !== 'half-open') return;
      this.#state.probe = null;
      this.#options.onProbeEnd?.();
    };
    const permit: CircuitPermit = {
      begunAt: this.#options.clock.now(),
      proven: () => {
        if (ended || epoch !== this.#epoch || this.#state.name !== 'half-open') return;
        this.#become(this.#closed(permit));
        // The probe's own end still counts, in the new epoch it began.
        epoch = this.#epoch;
      },
      succeed: () => {
        if (end()) this.#countSuccess(call);
      },
      fail: (cause = 'service') => {
        if (!end()) return false;
        if (cause !== 'service' && call !== undefined && this.#suspects.excuses(call)) {
          release();
          return false;
        }
        this.#countFailure(permit, cause === 'request' ? call : undefined);
        return true;
      },
      release: () => {
        if (end()) release();
      },
    };
    return permit;
  }

  #countSuccess(call: CallTraits | undefined): void {
    this.#breaks = 0;
    this.#row.end();
    if (call !== undefined) this.#suspects.cleared(call);
    if (this.#state.name === 'half-open') this.#become(this.#closed(null));
    if (this.#state.name !== 'closed') return;
    this.#state.probation = null;
    this.#state.failuresInARow = 0;
    this.#state.outcomes.add('success');
  }

  #countFailure(permit: CircuitPermit, suspect: CallTraits | undefined): void {
    const state = this.#state;
    if (state.name === 'open') return;
    this.#row.add(suspect);
    if (state.name === 'half-open' || state.probation === permit) {
      this.#trip(permit);
      return;
    }
    const { consecutive, window, rate } = this.#options;
    const minimum = Math.min(this.#options.minimum, window);
    state.failuresInARow += 1;
    state.outcomes.add('failure');
    const rateReached = state.outcomes.size >= minimum && state.outcomes.failureRate >= rate;
    if (state.failuresInARow >= consecutive || rateReached) this.#trip(permit);
  }

  #trip({ begunAt }: CircuitPermit): void {
    const { openFor, maxOpenFor, clock, random, patience } = this.#options;
    const period = Math.min(maxOpenFor, openFor * 2 ** this.#breaks);
    const now = clock.now();
    const isHopeful = this.#breaks === 0 || now - begunAt <= (patience?.() ?? 0);
    this.#breaks += 1;
    this.#become({ name: 'open', until: now + period * (1 + JITTER * random()), isHopeful });
  }

  #endOpenPeriod(): void {
    if (this.#state.name === 'open' && this.#options.clock.now() >= this.#state.until) {
      this.#become({ name: 'half-open', isHopeful: this.#state.isHopeful, probe: null });
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
    if (from === 'half-open') this.#options.onProbeEnd?.();
  }
}
