import type { SpeechEvent, SpeechOutcome, SpeechReason } from './outcome.js';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Keeps what is known of a speech, and tells it. */
export interface Progress {
  /** Filled in as facts come; what `finished` resolves with. */
  readonly outcome: Writable<SpeechOutcome>;
  readonly finished: Promise<SpeechOutcome>;
  /** Aborts at the end. */
  readonly signal: AbortSignal;
  /** Tells what happens; after the end there is nothing more to tell. */
  readonly tell: (event: SpeechEvent) => void;
  /** Ends it all at once, if nothing has yet. */
  readonly end: (reason: SpeechReason | null, complete: boolean) => void;
}

export function createProgress(on: ((event: SpeechEvent) => void) | undefined): Progress {
  const over = new AbortController();
  const outcome: Writable<SpeechOutcome> = {
    spoken: 'nothing',
    complete: false,
    reason: null,
    provider: null,
    degraded: false,
    status: null,
    requestId: null,
  };
  let resolve: (outcome: SpeechOutcome) => void;
  const finished = new Promise<SpeechOutcome>((resolver) => {
    resolve = resolver;
  });

  function call(event: SpeechEvent): void {
    try {
      on?.(event);
    } catch (error) {
      reportError(error);
    }
  }

  return {
    outcome,
    finished,
    signal: over.signal,
    tell(event) {
      if (over.signal.aborted) return;
      if (event.type === 'playing') outcome.spoken = event.by;
      call(event);
    },
    end(reason, complete) {
      if (over.signal.aborted) return;
      Object.assign(outcome, { reason, complete });
      over.abort();
      call({ type: 'ended', outcome });
      resolve(outcome);
    },
  };
}
