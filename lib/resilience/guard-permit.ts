import type { AdaptiveLimit } from './adaptive-limit.js';
import type { BulkheadPermit } from './bulkhead.js';
import type { CircuitPermit, FailureCause } from './circuit-permit.js';
import type { Pulse } from './pulse.js';

/** Leave to make one call. It ends with the first of `succeed`, `fail` or `release`; later calls do nothing. */
export interface GuardPermit {
  /** Says that an answer has begun. Others are let in after a probe, but `fail` may still revoke that. */
  proven(): void;
  /** Says that more of the answer has come: the service is at work. */
  heard(): void;
  /** Gives the place back, as the service has nothing more to do; what the answer was worth is told later. */
  vacate(): void;
  /** Says that the answer was whole. */
  succeed(): void;
  /**
   * Says that the service failed, before its answer or in the middle of it.
   *
   * @param coolDown milliseconds for which the place stays taken, for services that go on working after their caller has left
   * @param cause what may be to blame: the service for certain, which is the default; what was asked for; or the `load`, where the answer
   * was late or the service said that it was too much
   * @returns whether it was held against the service
   */
  fail(coolDown?: number, cause?: FailureCause | 'load'): boolean;
  /** Says that nothing was learnt about the service, as when the caller left. */
  release(coolDown?: number): void;
}

export interface HeldPermitParts {
  readonly circuit: CircuitPermit;
  readonly place: BulkheadPermit;
  readonly pulse: Pulse;
  readonly limit: AdaptiveLimit | undefined;
  /** Says how many calls are under way. */
  readonly running: () => number;
}

/** A permit that has a place in the bulkhead and one in the circuit's count. */
export class HeldPermit implements GuardPermit {
  readonly #parts: HeldPermitParts;
  /** Calls that were under way when this one was made, itself included. */
  readonly #company: number;
  #isProven = false;
  #isVacated = false;
  #isOver = false;

  constructor(parts: HeldPermitParts) {
    this.#parts = parts;
    this.#company = parts.running();
  }

  proven(): void {
    if (this.#isOver || this.#isProven) return;
    this.#isProven = true;
    const { circuit, pulse, limit } = this.#parts;
    pulse.answered(circuit.begunAt);
    circuit.proven();
    limit?.answered(circuit.begunAt, this.#company);
  }

  heard(): void {
    this.#parts.pulse.heard();
  }

  vacate(): void {
    if (this.#isVacated) return;
    this.#parts.place.release();
    this.#isVacated = true;
  }

  succeed(): void {
    if (!this.#isOver) this.heard();
    this.#isOver = true;
    this.#parts.circuit.succeed();
    this.#leave();
  }

  fail(coolDown?: number, cause: FailureCause | 'load' = 'service'): boolean {
    const { circuit } = this.#parts;
    const isLoad = cause === 'load' && this.#isForLoad();
    this.#isOver = true;
    let counts = false;
    if (isLoad) circuit.release();
    else counts = circuit.fail(cause === 'load' ? 'late' : cause);
    this.#leave(coolDown);
    return counts;
  }

  release(coolDown?: number): void {
    this.#isOver = true;
    this.#parts.circuit.release();
    this.#leave(coolDown);
  }

  /** More than once, at times: whoever has let go of a call for good ends the cool-down of one that was given up. */
  #leave(coolDown?: number): void {
    if (!this.#isVacated) this.#parts.place.release(coolDown);
  }

  /** Whether the service is well and has only too much to do, which the limit is told then. */
  #isForLoad(): boolean {
    const { circuit, pulse, limit, running } = this.#parts;
    const isCrowd = Math.max(this.#company, running()) > 1;
    if (this.#isOver || !isCrowd || !pulse.isAliveFor(circuit.begunAt)) return false;
    limit?.overloaded(circuit.begunAt);
    return true;
  }
}
