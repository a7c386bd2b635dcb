interface Entry {
  readonly at: number;
  readonly what: 'well' | 'failed' | 'excused';
  readonly traits: readonly string[];
  /** Those of its traits with which nothing had gone well. */
  readonly doubtful: readonly string[];
}

/** Milliseconds that count as lately, and how many successes are looked at. */
const LATELY = 60_000;
const MOST_WITNESSES = 16;

/** The rule for what a failure is held against, read out of everything that ever happened. */
export class SuspectsModel {
  readonly #history: Entry[] = [];

  well(traits: readonly string[], now: number): void {
    this.#history.push({ at: now, what: 'well', traits, doubtful: [] });
  }

  excuses(traits: readonly string[], now: number): boolean {
    const witnesses = this.#history
      .filter(({ what }) => what === 'well')
      .slice(-MOST_WITNESSES)
      .filter(({ at }) => now - at <= LATELY);
    const doubtful = traits.filter((trait) => !witnesses.some((witness) => witness.traits.includes(trait)));
    const isExcused = witnesses.length > 0 && doubtful.some((trait) => this.#failuresOf(trait, now).length > 0);
    this.#history.push({ at: now, what: isExcused ? 'excused' : 'failed', traits, doubtful });
    return isExcused;
  }

  /** Milliseconds that a call is sent away for, after so many excuses for one of its traits. */
  restFor(traits: readonly string[], now: number, limit: number, restFor: number): number {
    return Math.max(
      0,
      ...traits.map((trait) => {
        const failures = this.#failuresOf(trait, now);
        // The first is none that was held against a trait, even where another trait of the same call was to blame.
        const excuses = failures.slice(1).filter(({ what }) => what === 'excused').length;
        const last = failures.at(-1);
        return last === undefined || excuses < limit ? 0 : last.at + Math.min(restFor, LATELY) - now;
      }),
    );
  }

  /** The failures that a trait is suspected for: none of before a success with it, and none that lies long before the next. */
  #failuresOf(trait: string, now: number): Entry[] {
    let failures: Entry[] = [];
    for (const entry of [...this.#history, undefined]) {
      const last = failures.at(-1);
      if (last !== undefined && (entry?.at ?? now) - last.at > LATELY) failures = [];
      if (entry?.what === 'well' && entry.traits.includes(trait)) failures = [];
      if (entry?.doubtful.includes(trait) === true) failures.push(entry);
    }
    return failures;
  }
}
