import type { CircuitBreakerOptions, CircuitState, FailureCause } from '../../../lib/resilience/index.js';
import { SuspectsModel } from './suspects-model.js';

/** One call as the model sees it. Which changes it has lived through tells whether it still speaks for the service. */
export interface ModelCall {
  /** What is asked for, where that may be to blame. */
  readonly traits: readonly string[] | undefined;
  readonly begunAt: number;
  /** Changes of state that had happened when it was let in, or when its own answer closed the circuit. */
  changesSeen: number;
  isOver: boolean;
}

type Settings = Omit<CircuitBreakerOptions, 'clock' | 'random' | 'onChange' | 'onProbeEnd' | 'patience'> & {
  /** Milliseconds in which a failure comes quickly. */
  readonly patience: () => number;
};

/**
 * A circuit breaker told the long way round: it keeps everything that it has heard and looks through all of it each time, where the
 * real one counts as it goes.
 */
export class CircuitModel {
  state: CircuitState = 'closed';
  readonly changes: string[] = [];
  readonly #settings: Settings;
  /** What calls have reported since the circuit last closed. */
  #heard: ('success' | 'failure')[] = [];
  /** The one call of the half-open state, or that closed it and has not ended. */
  #probe: ModelCall | undefined;
  #restsUntil = 0;
  /** Whether others may wait for the next probe. */
  #isHopeful = false;
  readonly #suspects = new SuspectsModel();
  /** What the calls asked for that have failed since the last success, nothing for those that failed for no such reason. */
  #failed: (readonly string[])[] = [];
  /** All trips and whole answers, in their order. */
  readonly #history: ('trip' | 'whole')[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Notices what time alone has changed. */
  look(now: number): void {
    if (this.state === 'open' && now >= this.#restsUntil) this.#change('half-open');
  }

  /** Milliseconds that a caller would be told to stay away for, or undefined for one that may call, or wait for a probe. */
  refusal(now: number, traits?: readonly string[]): number | undefined {
    const { consecutive, openFor } = this.#settings;
    const rest = this.#suspects.restFor(traits ?? [], now, consecutive, openFor);
    if (rest > 0) return rest;
    return this.state === 'open' && !(traits !== undefined && this.#isSpared(traits))
      ? this.#restsUntil - now
      : undefined;
  }

  get probe(): 'none' | 'worth waiting for' | 'not worth waiting for' {
    if (this.#probe === undefined || this.state !== 'half-open') return 'none';
    return this.#isHopeful ? 'worth waiting for' : 'not worth waiting for';
  }

  begin(now: number, traits?: readonly string[]): ModelCall {
    if (this.state === 'open') this.halfOpen();
    const call = { traits, begunAt: now, changesSeen: this.changes.length, isOver: false };
    if (this.state === 'half-open') this.#probe = call;
    return call;
  }

  proven(call: ModelCall): void {
    if (!this.#speaks(call) || this.state !== 'half-open') return;
    this.#change('closed');
    this.#probe = call;
    call.changesSeen = this.changes.length;
  }

  /** @returns whether a failure was held against the service */
  end(
    call: ModelCall,
    how: 'succeed' | 'fail' | 'release',
    {
      now,
      random,
      cause = 'service',
    }: { readonly now: number; readonly random: number; readonly cause?: FailureCause },
  ): boolean {
    const counts = this.#speaks(call);
    call.isOver = true;
    if (!counts) return false;
    const wasProbe = this.#probe === call;
    // What is held against a call tells nothing, and a probe that has closed the circuit is watched all the same.
    const suspect = how === 'fail' && cause === 'request' ? call.traits : undefined;
    const isExcused = suspect !== undefined && this.#suspects.excuses(suspect, now);
    if (wasProbe && (this.state === 'half-open' || !isExcused)) this.#probe = undefined;
    if (how === 'release' || isExcused) return false;
    if (how === 'succeed') {
      this.#history.push('whole');
      this.#failed = [];
      if (call.traits !== undefined) this.#suspects.well(call.traits, now);
      if (this.state === 'half-open') this.#change('closed');
      // Somebody has had a whole answer: a probe that is still listening is one caller among others now.
      this.#probe = undefined;
      this.#heard.push('success');
      return false;
    }
    this.#heard.push('failure');
    this.#failed.push(suspect ?? []);
    if (wasProbe || this.#isTooMuch()) this.#trip(call, now, random);
    return true;
  }

  open(milliseconds: number, now: number, isHopeful = false): void {
    if (this.state === 'open' && this.#restsUntil >= now + milliseconds) return;
    this.#restsUntil = now + milliseconds;
    this.#failed = [];
    this.#isHopeful = isHopeful;
    if (this.state !== 'open') this.#change('open');
    else this.changes.push('open → open');
  }

  halfOpen(): void {
    if (this.state !== 'open') return;
    this.#change('half-open');
    this.#isHopeful = true;
  }

  /** Whether nothing but calls with something in common has failed, more than once, and this one does not have all of that. */
  #isSpared(traits: readonly string[]): boolean {
    const [first = [], ...others] = this.#failed;
    const common = first.filter((trait) => others.every((failed) => failed.includes(trait)));
    return others.length > 0 && common.some((trait) => !traits.includes(trait));
  }

  #speaks(call: ModelCall): boolean {
    return !call.isOver && call.changesSeen === this.changes.length;
  }

  #isTooMuch(): boolean {
    const { consecutive, window, minimum, rate } = this.#settings;
    const inARow = this.#heard.length - 1 - this.#heard.lastIndexOf('success');
    const recent = this.#heard.slice(-window);
    const failures = recent.filter((outcome) => outcome === 'failure').length;
    return inARow >= consecutive || (recent.length >= Math.min(minimum, window) && failures >= rate * recent.length);
  }

  #trip({ begunAt }: ModelCall, now: number, random: number): void {
    const tripsBefore = this.#history.length - 1 - this.#history.lastIndexOf('whole');
    let period = this.#settings.openFor;
    for (let trip = 0; trip < tripsBefore; trip += 1) period += period;
    this.#restsUntil = now + Math.min(period, this.#settings.maxOpenFor) * (1 + 0.2 * random);
    this.#isHopeful = tripsBefore === 0 || now - begunAt <= this.#settings.patience();
    this.#history.push('trip');
    this.#change('open');
  }

  #change(to: CircuitState): void {
    this.changes.push(`${this.state} → ${to}`);
    this.state = to;
    this.#heard = [];
    this.#probe = undefined;
  }
}
