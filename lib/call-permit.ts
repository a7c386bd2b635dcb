import { finished } from 'node:stream';
import { failureOf, type GuardPermit } from './resilience/index.js';
import { SpeechError } from './speech/error.js';
import type { SpeechAudio } from './speech/provider.js';

export interface CallPermitOptions {
  /** Whether the provider is one of this package's, or the user's own. */
  readonly origin: 'built-in' | 'custom';
  /** Milliseconds that the place stays taken after a caller has left. */
  readonly coolDown: number;
}

/** What a permit is held for. */
type HeldAudio = Pick<SpeechAudio, 'stream' | 'atRest'>;

/** Milliseconds after which a provider that does not hear its signal is taken to have stopped all the same. */
const ABANDONED_AFTER = 10_000;

/** One call's leave to be made: turns what becomes of the call into what its guards are to think of it. */
export class CallPermit {
  readonly #permit: GuardPermit;
  readonly #signal: AbortSignal;
  readonly #options: CallPermitOptions;

  constructor(permit: GuardPermit, signal: AbortSignal, options: CallPermitOptions) {
    this.#permit = permit;
    this.#signal = signal;
    this.#options = options;
    // A provider that does not hear its signal must not hold its permit for ever. Ours all hear it, and settle at once.
    if (options.origin === 'custom') signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ends with a failure before there was sound. */
  failed(error: SpeechError): void {
    this.#unfollow();
    // Who waited for a worker until the time was up has learnt nothing about the engine.
    if (error.code === 'timeout.queue') this.#permit.release();
    else if (this.#signal.aborted) this.#endAborted(this.#options.coolDown);
    else if (error.blamesProvider) this.#permit.fail();
    else this.#permit.release();
  }

  /** Ends with an answer that is whole. */
  answered(): void {
    this.#unfollow();
    this.#permit.succeed();
  }

  /**
   * Holds on until a body has ended: what dies in the middle is a failure, and a client that leaves is nobody's.
   *
   * The place alone is free as soon as the provider has no more work with it, however slowly its sound is read.
   *
   * @param onBroken called when the provider broke off
   */
  holdToTheEndOf({ stream, atRest }: HeldAudio, onBroken: (error: SpeechError) => void): void {
    const { origin, coolDown } = this.#options;
    this.#unfollow();
    this.#permit.proven();
    const vacate = (): void => {
      this.#permit.vacate();
    };
    // A promise of the user's own may reject, which says nothing.
    atRest?.then(vacate, () => undefined);
    // The event, as the stream's own `errored` is what Node said before it was explained. And from the proof to the moment it is
    // sent, nobody else would catch it.
    let error: SpeechError | undefined;
    stream.on('error', (thrown) => {
      error = SpeechError.from(thrown);
    });
    const end = (): void => {
      if (stream.readableEnded) {
        this.#permit.succeed();
        return;
      }
      if (error?.blamesProvider === true) {
        this.#permit.fail(coolDown);
        onBroken(error);
      } else this.#permit.release(coolDown);
    };
    // Ours always close; a stream of the user's own may not.
    if (stream.closed) end();
    else if (origin === 'custom') finished(stream, end);
    else stream.once('close', end);
  }

  readonly #onAbort = (): void => {
    this.#endAborted(ABANDONED_AFTER);
  };

  #unfollow(): void {
    if (this.#options.origin === 'custom') this.#signal.removeEventListener('abort', this.#onAbort);
  }

  /** The signal says why it aborted: the time was up, which is the provider's slowness, or the caller has left. */
  #endAborted(coolDown: number): void {
    if (failureOf(this.#signal.reason).code === 'deadline') this.#permit.fail(coolDown);
    else this.#permit.release(coolDown);
  }
}
