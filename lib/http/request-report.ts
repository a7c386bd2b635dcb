import type { Clock } from '../resilience/index.js';
import type { SpeechEventMap } from '../speech/events.js';
import { countLeftOut, NOBODY_ASKED, type ReplyFacts } from '../speech/outcome.js';
import type { SpeechRequest } from '../speech/request.js';
import type { RequestWatcher } from '../speech/service.js';
import type { SpokenResult } from '../speech/spoken.js';
import { codePointLength } from '../text/characters.js';
import type { ReplyChannel } from './reply-channel.js';
import { reasonOf } from './send-text.js';

export type RequestEnd = SpeechEventMap['request'];

/** Tells once, when a request has ended, what became of it. There is none where nobody watches. */
export class RequestReport {
  readonly #requestId: string;
  readonly #channel: ReplyChannel;
  readonly #watcher: RequestWatcher;
  readonly #clock: Clock;
  readonly #started: number;
  #speech: SpeechRequest | undefined;
  #facts = NOBODY_ASKED;
  #cache: RequestEnd['cache'] = 'off';
  #outcome: RequestEnd['outcome'] = 'aborted';
  #code: string | null = 'aborted';
  #firstByteMs: number | null = null;
  /** Set when the end is known before the reply has ended: nothing that comes after it changes it. */
  #isDecided = false;

  constructor(requestId: string, channel: ReplyChannel, watcher: RequestWatcher, clock: Clock) {
    this.#requestId = requestId;
    this.#channel = channel;
    this.#watcher = watcher;
    this.#clock = clock;
    this.#started = clock.now();
    channel.onOver(this.#end);
  }

  /** Notes what is to be spoken. */
  read(speech: SpeechRequest): void {
    this.#speech = speech;
  }

  /** Notes what the cache had for it. */
  looked(cache: RequestEnd['cache']): void {
    this.#cache = cache;
  }

  /** Notes that it was answered from the cache, with audio of this provider. No provider's time is told of it: none was asked. */
  recalled(provider: string): void {
    this.#facts = { ...NOBODY_ASKED, provider };
    this.#outcome = 'audio';
    this.#code = null;
  }

  /** Notes that there was nothing to pronounce, and that silence is sent. */
  answeredWithSilence(): void {
    this.#outcome = 'audio';
    this.#code = null;
  }

  /** Notes what the chain made of it, before it is sent. */
  answered(result: SpokenResult | null, facts: ReplyFacts): void {
    this.#facts = facts;
    if (result === null) return;
    this.#outcome = result.kind;
    this.#code = result.kind === 'text' ? reasonOf(facts.attempts) : null;
    if (result.kind === 'audio') this.#firstByteMs = this.#clock.now() - this.#started;
  }

  /** Notes the error that is the reply, or that breaks it off: after its first byte there is no error reply, only a broken one. */
  failed(code: string): void {
    if (this.#isDecided) return;
    this.#outcome = 'error';
    this.#code = code;
    this.#isDecided = this.#channel.response.headersSent;
  }

  readonly #end = (): void => {
    const isWhole = this.#channel.isWhole || this.#isDecided;
    const { provider, degraded, segments: spans = [] } = this.#facts;
    this.#watcher.ended({
      requestId: this.#requestId,
      provider,
      outcome: isWhole ? this.#outcome : 'aborted',
      code: isWhole ? this.#code : 'aborted',
      degraded,
      leftOut: countLeftOut(spans),
      format: this.#speech?.format ?? null,
      characters: this.#speech === undefined ? 0 : codePointLength(this.#speech.input),
      firstByteMs: this.#firstByteMs,
      totalMs: this.#clock.now() - this.#started,
      cache: this.#cache,
    });
  };
}
