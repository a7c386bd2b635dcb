import { finished, type Readable } from 'node:stream';
import type { Response } from 'express';
import type { SpeechEventMap } from '../events.js';
import type { Clock } from '../resilience/index.js';
import { codePointLength } from '../speech/code-points.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechResult } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { RequestTrace } from '../speech/request-trace.js';
import { reasonOf } from './send-text.js';
import { NOBODY_ASKED, type ReplyFacts } from './speech-headers.js';

export type RequestEnd = SpeechEventMap['request'];

/** Somebody who wants to know how a request ends. */
export interface RequestWatcher {
  readonly trace: RequestTrace | undefined;
  ended(end: RequestEnd): void;
}

/** Tells once, when a request has ended, what became of it. There is none where nobody watches. */
export class RequestReport {
  readonly #requestId: string;
  readonly #response: Response;
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

  constructor(requestId: string, response: Response, watcher: RequestWatcher, clock: Clock) {
    this.#requestId = requestId;
    this.#response = response;
    this.#watcher = watcher;
    this.#clock = clock;
    this.#started = clock.now();
    if (response.closed) this.#end();
    else response.once('close', this.#end);
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

  /** Notes what the chain made of it, before it is sent. */
  answered(result: SpeechResult | null, facts: ReplyFacts): void {
    this.#facts = facts;
    if (result === null) return;
    this.#outcome = result.kind;
    this.#code = result.kind === 'text' ? reasonOf(facts.attempts) : null;
    if (result.kind !== 'audio') return;
    this.#firstByteMs = this.#clock.now() - this.#started;
    this.#followBody(result.stream);
  }

  /** Notes the error that is the reply. */
  failed(code: string): void {
    if (this.#isDecided) return;
    this.#outcome = 'error';
    this.#code = code;
    // After the first byte there is no error reply, only a broken one.
    this.#isDecided = this.#response.headersSent;
  }

  #followBody(stream: Readable): void {
    // Heard as an event, as the stream's own `errored` is what Node said before it was explained.
    stream.once('error', (thrown) => {
      if (!this.#response.closed) this.#breakOff(SpeechError.from(thrown).code);
    });
    finished(stream, () => {
      if (!stream.readableEnded && !this.#response.destroyed) this.#breakOff('truncated');
    });
  }

  #breakOff(code: string): void {
    this.failed(code);
    this.#isDecided = true;
  }

  readonly #end = (): void => {
    const isWhole = this.#response.writableFinished || this.#isDecided;
    const { provider, degraded } = this.#facts;
    this.#watcher.ended({
      requestId: this.#requestId,
      provider,
      outcome: isWhole ? this.#outcome : 'aborted',
      code: isWhole ? this.#code : 'aborted',
      degraded,
      format: this.#speech?.format ?? null,
      characters: this.#speech === undefined ? 0 : codePointLength(this.#speech.input),
      firstByteMs: this.#firstByteMs,
      totalMs: this.#clock.now() - this.#started,
      cache: this.#cache,
    });
  };
}
