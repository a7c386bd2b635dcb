import type { Clock } from './clock.js';

/** What a call asks for, trait by trait (this text, that voice, such a format), as words that are the same for the same thing. */
export interface CallTraits {
  /** Asked for when something has failed, and not before: it may be worked out then. */
  readonly traits: readonly string[];
}

export interface SuspectsOptions {
  readonly clock: Clock;
  /** Failures after which calls with a trait are sent away for a while. */
  readonly limit: number;
  /** Milliseconds that they are sent away for. */
  readonly restFor: number;
}

interface Suspect {
  /** Failures that were held against it in place of the service. */
  excuses: number;
  /** When a call with it last failed. */
  failedAt: number;
}

/** Milliseconds for which both successes and failures are remembered: what is older may have been another version of the service. */
const REMEMBERED_FOR = 60_000;
/** Calls that went well, by which a failure is judged. More would know rarer traits, which clear themselves by succeeding. */
const MOST_WITNESSES = 16;
/** Most traits that are under suspicion at a time; the oldest is let off for the next. */
const MOST_SUSPECTS = 256;

/**
 * Tells failures of a service from failures at what one caller asks of it.
 *
 * A failure is excused when the service has answered other calls well lately, and this one has a trait with which a call has failed
 * before and none has succeeded. So the same call that fails again and again counts once, and so do all calls with the voice that the
 * service does not have, whereas a service that fails at everything fails at calls with different traits, or at such as went well.
 * Where nothing has gone well lately nothing is excused.
 *
 * A trait with many excuses is a circuit of its own: calls with it are sent away for a while, and all others are not concerned.
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  readonly #suspects = new Map<string, Suspect>();
  readonly #witnesses: { readonly call: CallTraits; readonly at: number }[] = [];

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  /** Takes note of a call that went well. */
  cleared(call: CallTraits): void {
    this.#witnesses.push({ call, at: this.#options.clock.now() });
    if (this.#witnesses.length > MOST_WITNESSES) this.#witnesses.shift();
    if (this.#suspects.size === 0) return;
    for (const trait of call.traits) this.#suspects.delete(trait);
  }

  /** Takes note of a call that failed, and says whether that is to be held against it and not against the service. */
  excuses(call: CallTraits): boolean {
    const now = this.#options.clock.now();
    this.#forget(now);
    const well = new Set(this.#witnesses.flatMap(({ call: { traits } }) => traits));
    const doubtful = call.traits.filter((trait) => !well.has(trait));
    const isExcused = this.#witnesses.length > 0 && doubtful.some((trait) => this.#suspects.has(trait));
    for (const trait of doubtful) {
      const excuses = this.#suspects.get(trait)?.excuses;
      // Set anew, so that the first of the map is the one that has been good for longest.
      this.#suspects.delete(trait);
      this.#suspects.set(trait, { excuses: excuses === undefined ? 0 : excuses + Number(isExcused), failedAt: now });
    }
    while (this.#suspects.size > MOST_SUSPECTS) this.#suspects.delete(this.#oldest());
    return isExcused;
  }

  /** Milliseconds for which such a call is sent away, 0 for one that is not. */
  restFor(call: CallTraits): number {
    if (this.#suspects.size === 0) return 0;
    const { clock, limit } = this.#options;
    const restFor = Math.min(this.#options.restFor, REMEMBERED_FOR);
    const now = clock.now();
    const rests = call.traits.map((trait) => {
      const suspect = this.#suspects.get(trait);
      return suspect === undefined || suspect.excuses < limit ? 0 : suspect.failedAt + restFor - now;
    });
    return Math.max(0, ...rests);
  }

  #forget(now: number): void {
    const isOld = (at: number): boolean => now - at > REMEMBERED_FOR;
    while (this.#witnesses[0] !== undefined && isOld(this.#witnesses[0].at)) this.#witnesses.shift();
    for (const [trait, { failedAt }] of this.#suspects) {
      if (!isOld(failedAt)) return;
      this.#suspects.delete(trait);
    }
  }

  #oldest(): string {
    const [oldest = ''] = this.#suspects.keys();
    return oldest;
  }
}
