import { BulkheadRefusedError, type BulkheadPermit, type Guard, type GuardPermit } from './resilience/index.js';

/**
 * The places that one long speech has with its providers, from its first call to its last. Without them others could take the place
 * between two sentences, and the speech would have to change its voice, or stop.
 */
export class Seats {
  readonly #seats = new Map<string, Seat>();
  #isUnderWay = false;

  /** Says that there has been sound: whoever has begun to speak is let finish, where there is no room as well. */
  begin(): void {
    this.#isUnderWay = true;
  }

  /** Asks for leave to call a provider. The first call waits for a place if need be, the later ones have it. */
  async acquire(provider: string, guard: Guard, signal: AbortSignal): Promise<GuardPermit> {
    const seat = this.#seats.get(provider) ?? new Seat(await this.#place(guard, signal));
    try {
      const permit = guard.enter(seat.take());
      this.#seats.set(provider, seat);
      return permit;
    } catch (error) {
      // The circuit has opened meanwhile, and nothing is called.
      seat.leave();
      this.#seats.delete(provider);
      throw error;
    }
  }

  /** Gives a place back, as soon as the call in it is over. */
  leave(provider: string): void {
    this.#seats.get(provider)?.leave();
    this.#seats.delete(provider);
  }

  /** Gives all of them back. */
  leaveAll(): void {
    for (const provider of this.#seats.keys()) this.leave(provider);
  }

  async #place(guard: Guard, signal: AbortSignal): Promise<BulkheadPermit | undefined> {
    try {
      return await guard.reserve(signal);
    } catch (error) {
      // A speech that is cut off is worse than one call more, and they are as many as speeches were under way at the most.
      if (this.#isUnderWay && error instanceof BulkheadRefusedError && error.code !== 'aborted') return undefined;
      throw error;
    }
  }
}

/** A place that is kept between the calls that are made from it. */
class Seat implements BulkheadPermit {
  readonly #place: BulkheadPermit | undefined;
  #coolDown: number | undefined;
  #isCalling = false;
  #isLeft = false;

  constructor(place: BulkheadPermit | undefined) {
    this.#place = place;
  }

  /** Begins a call. */
  take(): this {
    this.#isCalling = true;
    return this;
  }

  /** Ends a call. */
  release(coolDown?: number): void {
    this.#isCalling = false;
    this.#coolDown = coolDown;
    if (this.#isLeft) this.#place?.release(coolDown);
  }

  leave(): void {
    this.#isLeft = true;
    if (!this.#isCalling) this.#place?.release(this.#coolDown);
  }
}
