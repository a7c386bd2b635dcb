import { finished } from 'node:stream';
import { ABANDONED_AFTER } from '../resilience/bulkhead.js';
import { failureOf, type Clock, type GuardPermit } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { causeOf } from './failure-cause.js';

/** Somebody who wants to know what calls show of a provider. */
export interface CallWatcher {
  /** Whether a try of the same request was held against the provider before: a request counts once, however often it is tried. */
  hasFailed(request: SpeechRequest): boolean;
  /** Called when there is sound. */
  sounds(): void;
  /** Called at the end of a call that had sound, or that was held against the provider. */
  ended(request: SpeechRequest, end: CallEnd): void;
}

export interface CallPermitOptions {
  /** Whether the provider is one of this package's, or the user's own. */
  readonly origin: 'built-in' | 'custom';
  /** Milliseconds that the place stays taken after a caller has left. */
  readonly coolDown: number;
  readonly clock: Clock;
  readonly watcher: CallWatcher;
}

/** What has become of a call. */
export interface CallEnd {
  /** What it shows of the provider. Sound that nobody wanted to hear to its end shows it well, as far as it came. */
  readonly shows: 'well' | 'ill' | 'nothing';
  /** Whether there was sound. */
  readonly hadSound: boolean;
  /** Why it failed, where it did. */
  readonly code?: string;
  /** Why the sound broke off, where it did. */
  readonly error?: SpeechError;
  /** Milliseconds from the first sound. */
  readonly ms: number;
}

/** What a permit is held for. */
type HeldAudio = Pick<SpeechAudio, 'stream' | 'atRest'>;

/** One call's permit: turns what becomes of the call into what its guards are to think of it. */
export class CallPermit {
  readonly #request: SpeechRequest;
  readonly #permit: GuardPermit;
  readonly #signal: AbortSignal;
  readonly #options: CallPermitOptions;
  /** When the sound began. */
  #soundAt: number | undefined;
  /** Whether it is known what the call shows. */
  #isOver = false;

  constructor(request: SpeechRequest, permit: GuardPermit, signal: AbortSignal, options: CallPermitOptions) {
    this.#request = request;
    this.#permit = permit;
    this.#signal = signal;
    this.#options = options;
    // A provider that does not hear its signal must not hold its permit for ever. Ours all hear it, and settle at once.
    if (options.origin === 'custom') signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Says that sound is coming in. */
  readonly heard = (): void => {
    this.#permit.heard();
  };

  /**
   * Ends with a failure before there was sound.
   *
   * @returns whether it was for load: then nothing is held against the provider
   */
  failed(error: SpeechError): boolean {
    this.#unfollow();
    // Who waited for a worker until the time was up has learnt nothing about the engine.
    if (error.code === 'timeout.queue') this.#permit.release();
    else if (this.#signal.aborted) this.#endAborted(this.#options.coolDown);
    else if (error.blamesProvider) return !this.#fail(error.code) && causeOf(error.code) === 'load';
    else this.#permit.release();
    return false;
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
   */
  holdToTheEndOf(audio: HeldAudio): void {
    this.#hold(audio, () => {
      this.#end(null);
    });
  }

  /**
   * Holds on until somebody has judged a body, which may have ended by then and look whole: it may say of itself that it is not, or
   * have no sound in it. A body that dies in the middle needs no judge.
   *
   * @returns to be told what was found; only the first word counts
   */
  holdToTheVerdictOn(audio: HeldAudio): (error: SpeechError | null) => void {
    this.#hold(audio, () => {
      // The provider has nothing more to do, however long its sound is looked at.
      this.#permit.vacate();
    });
    return (error) => {
      this.#end(error?.blamesProvider === false ? 'left' : error, this.#options.coolDown);
    };
  }

  #hold({ stream, atRest }: HeldAudio, onWhole: () => void): void {
    const { origin, coolDown, clock, watcher } = this.#options;
    this.#unfollow();
    // Sound that comes when the call has been given up is let go of at once.
    const isGivenUp = this.#isOver;
    if (!isGivenUp) {
      this.#soundAt = clock.now();
      this.#permit.proven();
      watcher.sounds();
    }
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
      if (isGivenUp) this.#permit.release();
      else if (stream.readableEnded) onWhole();
      else this.#end(error ?? 'left', coolDown);
    };
    // Ours always close; a stream of the user's own may not.
    if (stream.closed) end();
    else if (origin === 'custom') finished(stream, end);
    else stream.once('close', end);
  }

  #end(found: SpeechError | 'left' | null, coolDown?: number): void {
    if (this.#isOver) return;
    if (found instanceof SpeechError && found.blamesProvider) {
      this.#fail(found.code, coolDown, found);
      return;
    }
    this.#isOver = true;
    if (found === null) this.#permit.succeed();
    else this.#permit.release(coolDown);
    this.#tell('well');
  }

  /** @returns whether it was held against the provider */
  #fail(code: string, coolDown?: number, error?: SpeechError): boolean {
    this.#isOver = true;
    let counts = false;
    if (this.#options.watcher.hasFailed(this.#request)) this.#permit.release(coolDown);
    else counts = this.#permit.fail(coolDown, causeOf(code));
    if (counts || this.#soundAt !== undefined) this.#tell(counts ? 'ill' : 'nothing', code, error);
    return counts;
  }

  #tell(shows: CallEnd['shows'], code?: string, error?: SpeechError): void {
    const { clock, watcher } = this.#options;
    const hadSound = this.#soundAt !== undefined;
    const ms = this.#soundAt === undefined ? 0 : clock.now() - this.#soundAt;
    watcher.ended(this.#request, { shows, hadSound, ms, ...(code && { code }), ...(error && { error }) });
  }

  readonly #onAbort = (): void => {
    this.#endAborted(ABANDONED_AFTER);
    this.#isOver = true;
  };

  #unfollow(): void {
    if (this.#options.origin === 'custom') this.#signal.removeEventListener('abort', this.#onAbort);
  }

  /** The signal says why it aborted: the time was up, which is the provider's slowness, or the caller has left. */
  #endAborted(coolDown: number): void {
    if (failureOf(this.#signal.reason).code === 'deadline') this.#fail('deadline', coolDown);
    else this.#permit.release(coolDown);
  }
}
