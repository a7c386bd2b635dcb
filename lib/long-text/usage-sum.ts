import type { SpeechUsage } from '../speech/provider.js';

/** Adds up what the segments of a speech have used, as far as their providers tell. */
export class UsageSum {
  #sum: SpeechUsage | undefined;

  get total(): SpeechUsage | undefined {
    return this.#sum;
  }

  add(usage: SpeechUsage | undefined): void {
    if (usage === undefined) return;
    this.#sum = {
      inputTokens: (this.#sum?.inputTokens ?? 0) + usage.inputTokens,
      outputTokens: (this.#sum?.outputTokens ?? 0) + usage.outputTokens,
      totalTokens: (this.#sum?.totalTokens ?? 0) + usage.totalTokens,
    };
  }
}
