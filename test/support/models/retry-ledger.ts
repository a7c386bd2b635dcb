interface Settings {
  /** Retried work as a share of first tries. */
  readonly share: number;
  readonly floor: number;
  readonly ceiling: number;
}

/**
 * All work that was ever done, in its order, and the rule for more as the sentence that users read: however far one looks back,
 * retries are no more than their share of the first tries since then and what may have been saved up by then.
 */
export class RetryLedger {
  readonly #settings: Settings;
  readonly #entries: { readonly kind: 'first' | 'retried'; readonly work: number }[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  add(kind: 'first' | 'retried', work: number): void {
    this.#entries.push({ kind, work });
  }

  sum(kind: 'first' | 'retried', from = 0): number {
    return this.#entries.slice(from).reduce((total, entry) => total + (entry.kind === kind ? entry.work : 0), 0);
  }

  allows(work: number): boolean {
    const { share, floor, ceiling } = this.#settings;
    const isWithin = (saved: number, from: number): boolean =>
      this.sum('retried', from) + work <= saved + share * this.sum('first', from);
    // What is saved up may be at its most after any first try, and never more.
    const moments = this.#entries.flatMap(({ kind }, index) => (kind === 'first' ? [index + 1] : []));
    return isWithin(floor, 0) && moments.every((from) => isWithin(ceiling, from));
  }
}
