import type { CircuitBreakerOptions, CircuitState } from '../../../lib/resilience/index.js';

/** One call as the model sees it. Which changes it has lived through tells whether it still speaks for the service. */
export interface ModelCall {
  /** Changes of state that had happened when it was let in, or when its own answer closed the circuit. */
  changesSeen: number;
  isOver: boolean;
}

type Settings = Omit<CircuitBreakerOptions, 'clock' | 'random' | 'onChange'>;

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
  /** All trips and whole answers, in their order. */
  readonly #history: ('trip' | 'whole')[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Notices what time alone has changed. */
  look(now: number): void {
    if (this.state === 'open' && now >= this.#restsUntil) this.#change('half-open');
  }

  /** Milliseconds that a caller would be told to stay away for, or undefined for one that may call. */
  refusal(now: number): number | undefined {
    if (this.state === 'open') return this.#restsUntil - now;
    return this.state === 'half-open' && this.#probe !== undefined ? 0 : undefined;
  }

  begin(): ModelCall {
    const call = { changesSeen: this.changes.length, isOver: false };
    if (this.state === 'half-open') this.#probe = call;
    return call;
  }

  proven(call: ModelCall): void {
    if (!this.#speaks(call) || this.state !== 'half-open') return;
    this.#change('closed');
    this.#probe = call;
    call.changesSeen = this.changes.length;
  }

  end(call: ModelCall, how: 'succeed' | 'fail' | 'release', now: number, random: number): void {
    const counts = this.#speaks(call);
    call.isOver = true;
    if (!counts) return;
    const wasProbe = this.#probe === call;
    if (wasProbe) this.#probe = undefined;
    if (how === 'release') return;
    if (how === 'succeed') {
      this.#history.push('whole');
      if (this.state === 'half-open') this.#change('closed');
      // Somebody has had a whole answer: a probe that is still listening is one caller among others now.
      this.#probe = undefined;
      this.#heard.push('success');
      return;
    }
    this.#heard.push('failure');
    if (wasProbe || this.#isTooMuch()) this.#trip(now, random);
  }

  openFor(milliseconds: number, now: number): void {
    if (this.state === 'open' && this.#restsUntil >= now + milliseconds) return;
    this.#restsUntil = now + milliseconds;
    if (this.state !== 'open') this.#change('open');
  }

  tryEarly(): void {
    if (this.state === 'open') this.#change('half-open');
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

  #trip(now: number, random: number): void {
    const tripsBefore = this.#history.length - 1 - this.#history.lastIndexOf('whole');
    let period = this.#settings.openFor;
    for (let trip = 0; trip < tripsBefore; trip += 1) period += period;
    this.#restsUntil = now + Math.min(period, this.#settings.maxOpenFor) * (1 + 0.2 * random);
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
