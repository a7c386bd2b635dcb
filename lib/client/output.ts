import type { SpeechEvent, SpeechReason } from './outcome.js';

/** What can be heard. It stays silent until `resume()`, and for good once the speech's signal aborts. */
export interface Output {
  /** Resolves with null at the end of the text, else with what it ended with. It stays pending where the signal aborts. */
  readonly finished: Promise<SpeechReason | null>;
  pause(): void;
  resume(): void;
}

export interface OutputContext {
  /** Aborts when the speech is over, whatever became of it. */
  readonly signal: AbortSignal;
  readonly tell: (event: SpeechEvent) => void;
}
