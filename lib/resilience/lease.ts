import { BulkheadRefusedError, type BulkheadPermit, type EntryOptions, type Guard, type GuardPermit } from './index.js';

/**
 * The places that one long speech has with its providers, from its first call to its last. Without them others could take the place
 * between two sentences, and the speech would have to change its voice, or stop.
 */
export class Lease {
  readonly #places = new Map<string, LeasedPlace>();
  #isUnderWay = false;

  /** Says that there has been sound: whoever has begun to speak is let finish, where there is no room as well. */
  begin(): void {
    this.#isUnderWay = true;
  }

  /** Asks for a permit to call a provider. The first call waits for a place if need be, the later ones have it. */
  async acquire(provider: string, guard: Guard, signal: AbortSignal, entry: EntryOptions): Promise<GuardPermit> {
    const place = this.#places.get(provider);
    if (place !== undefined) return this.#enter(provider, place, guard, entry);
    let taken: LeasedPlace | undefined;
    const keep = (place: BulkheadPermit): BulkheadPermit => (taken = new LeasedPlace(place)).take();
    try {
      // Whoever listens already is not to wait for long: a rest is worse than one call more.
      const permit = await guard.acquire(signal, { ...entry, ...(this.#isUnderWay && { maxWait: undefined }), keep });
      if (taken !== undefined) this.#places.set(provider, taken);
      return permit;
    } catch (error) {
      taken?.release();
      // A speech that is cut off is worse than one call more, and they are as many as speeches were under way at the most.
      if (!this.#isUnderWay || !(error instanceof BulkheadRefusedError) || error.code === 'aborted') throw error;
      return this.#enter(provider, new LeasedPlace(undefined), guard, entry);
    }
  }

  /** Gives a place back, as soon as the call in it is over. */
  release(provider: string): void {
    this.#places.get(provider)?.release();
    this.#places.delete(provider);
  }

  /** Gives all of them back. */
  releaseAll(): void {
    for (const provider of this.#places.keys()) this.release(provider);
  }

  #enter(provider: string, place: LeasedPlace, guard: Guard, { call }: EntryOptions): GuardPermit {
    try {
      const permit = guard.enter(place.take(), call);
      this.#places.set(provider, place);
      return permit;
    } catch (error) {
      // The circuit has opened meanwhile, and nothing is called.
      place.release();
      this.#places.delete(provider);
      throw error;
    }
  }
}

/** A place that is kept between the calls that are made from it. */
class LeasedPlace {
  readonly #place: BulkheadPermit | undefined;
  #coolDown: number | undefined;
  #call: BulkheadPermit | undefined;
  #isReleased = false;

  constructor(place: BulkheadPermit | undefined) {
    this.#place = place;
  }

  /** Begins a call. What is returned ends it; told late, while the next call is under way, it says nothing. */
  take(): BulkheadPermit {
    const call = {
      release: (coolDown?: number): void => {
        if (this.#call !== undefined && this.#call !== call) return;
        this.#call = undefined;
        this.#coolDown = coolDown;
        if (this.#isReleased) this.#place?.release(coolDown);
      },
    };
    this.#call = call;
    return call;
  }

  release(): void {
    this.#isReleased = true;
    if (this.#call === undefined) this.#place?.release(this.#coolDown);
  }
}
