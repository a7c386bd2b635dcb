import type { SpeechError } from '../../speech/error.js';
import type { SpeechLogger } from '../../speech/provider.js';

/** Writes a line when there is no worker to speak: once for a reason, until there has been sound again. */
export class LossLog {
  readonly #provider: string;
  readonly #logger: SpeechLogger;
  #told: string | undefined;

  constructor(provider: string, logger: SpeechLogger) {
    this.#provider = provider;
    this.#logger = logger;
  }

  lost({ code, message: reason }: SpeechError): void {
    if (reason === this.#told) return;
    this.#told = reason;
    const line = { event: 'worker', provider: this.#provider, code, reason };
    this.#logger.warn(line, 'a worker of the local engine was lost, or could not be started');
  }

  /** Says that all is well. */
  spoke(): void {
    this.#told = undefined;
  }
}
