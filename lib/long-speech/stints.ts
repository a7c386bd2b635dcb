import type { Attempt, Clock } from '../resilience/index.js';
import type { Stint } from '../speech/stint.js';

/** Keeps account of who spoke what of a long text. */
export class Stints {
  readonly #clock: Clock;
  readonly #stints: Stint[] = [];
  #begun = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly Stint[] {
    return this.#stints;
  }

  begin(): void {
    this.#begun = this.#clock.now();
  }

  /** Notes that a provider has spoken a segment to its end. */
  end(provider: string, index: number): void {
    const last = this.#stints.at(-1);
    const ms = this.#clock.now() - this.#begun;
    if (last?.provider === provider && last.code === null) {
      this.#stints[this.#stints.length - 1] = { ...last, to: index + 1, ms: last.ms + ms };
    } else this.#stints.push({ provider, from: index + 1, to: index + 1, code: null, ms });
  }

  /** Notes that a provider broke off in a segment. */
  failed(provider: string, index: number, code: string): void {
    this.#push(provider, index, code, this.#clock.now() - this.#begun);
  }

  /** Notes that a provider did not even begin with a segment. */
  refused(index: number, { step, code, ms }: Attempt): void {
    this.#push(step, index, code, ms);
  }

  #push(provider: string, index: number, code: string | null, ms: number): void {
    this.#stints.push({ provider, from: index + 1, to: index + 1, code, ms });
  }
}
