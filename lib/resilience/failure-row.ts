import type { CallTraits } from './suspects.js';

/** Failures with no success in between, and what the calls that failed had in common. */
export class FailureRow {
  #length = 0;
  #common: readonly string[] = [];

  /** @param call the call that failed, if it may have failed for what it asked for */
  add(call: CallTraits | undefined): void {
    const traits = call?.traits ?? [];
    this.#common = this.#length === 0 ? traits : this.#common.filter((trait) => traits.includes(trait));
    this.#length += 1;
  }

  end(): void {
    this.#length = 0;
    this.#common = [];
  }

  /** Says whether a call is another than all that have failed: those had something in common that it does not have. */
  doesNotConcern(call: CallTraits | undefined): boolean {
    // One failure has everything in common with itself, and proves nothing.
    if (call === undefined || this.#length < 2 || this.#common.length === 0) return false;
    const { traits } = call;
    return this.#common.some((trait) => !traits.includes(trait));
  }
}
