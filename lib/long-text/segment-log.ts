import type { Attempt, Clock } from '../resilience/index.js';
import type { SegmentSpan } from '../speech/outcome.js';
import type { Passage } from './segment-plan.js';

/** Keeps account of who spoke what of a long text. */
export class SegmentLog {
  readonly #clock: Clock;
  readonly #spans: SegmentSpan[] = [];
  #begun = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly SegmentSpan[] {
    return this.#spans;
  }

  begin(): void {
    this.#begun = this.#clock.now();
  }

  /** Notes that a provider has spoken a passage to its end. */
  end(provider: string, passage: Passage): void {
    const last = this.#spans.at(-1);
    const ms = this.#clock.now() - this.#begun;
    if (last?.provider === provider && last.code === null) {
      this.#spans[this.#spans.length - 1] = { ...last, to: passage.index + passage.length, ms: last.ms + ms };
    } else this.#push(provider, passage, null, ms);
  }

  /** Notes that a provider broke off in a passage. */
  failed(provider: string, passage: Passage, code: string): void {
    this.#push(provider, passage, code, this.#clock.now() - this.#begun);
  }

  /** Notes that a provider did not even begin with a passage. */
  refused(passage: Passage, { step, code, ms }: Attempt): void {
    this.#push(step, passage, code, ms);
  }

  /** Notes that the passage that was failed or refused last is not in the speech. */
  leftOut(): void {
    const last = this.#spans.pop();
    if (last !== undefined) this.#spans.push({ ...last, isLeftOut: true });
  }

  #push(provider: string, { index, length }: Passage, code: string | null, ms: number): void {
    this.#spans.push({ provider, from: index + 1, to: index + length, code, ms });
  }
}
