import { Readable } from 'node:stream';
import { isArrayBuffer, isUint8Array } from 'node:util/types';
import { callQuietly } from '../resilience/call-quietly.js';
import type { Clock } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechRequest } from '../speech/request.js';
import { customFailure } from './custom-failure.js';

/** Milliseconds between two pieces while the reader wants more: as long as a server has by default (`timeout.idle`). */
const IDLE_LIMIT = 10_000;

/** Most bytes of one: an hour and a half of bare samples at 24 kHz. A source that never ends is not to be sent for ever. */
const MOST_BYTES = 256 * 1024 * 1024;

const NO_BYTES = new Uint8Array();

/** What sound comes from, one piece at a time; an iterator, or the reader of a web stream. */
interface Source {
  readonly next: () => unknown;
  /** Lets go of what it comes from. */
  readonly stop: () => unknown;
}

/** As much as is known of what somebody gives for a stream. */
interface Given {
  readonly on?: unknown;
  readonly destroy?: unknown;
  readonly getReader?: unknown;
  readonly [Symbol.asyncIterator]?: unknown;
  readonly [Symbol.iterator]?: unknown;
}

/**
 * Makes a stream of bytes of whatever a provider of the user's own gives for one: a `Readable` of any make, a web `ReadableStream`, an
 * iterable, asynchronous or not, or bytes.
 *
 * It keeps what the source only promises. It yields bytes and nothing else; it ends cleanly only where its source does, and is destroyed
 * with a `SpeechError` where that throws, breaks off, stands still or yields anything else; it closes in any case, and an error that
 * nobody listens for yet ends no process.
 *
 * @param request what its source was asked to speak, of which no log line is to have anything
 * @throws {SpeechError} when it is nothing of the kind
 */
export function toByteStream(given: unknown, clock: Clock, request?: SpeechRequest): Readable {
  return new CustomStream((onError) => sourceOf(given, onError), clock, request);
}

class CustomStream extends Readable {
  readonly #source: Source;
  readonly #clock: Clock;
  readonly #request: SpeechRequest | undefined;
  #failure: SpeechError | undefined;
  #size = 0;
  #cancelTimer: (() => void) | undefined;

  /** @param open opens the source; its listener is told of an error that comes while nobody reads */
  constructor(open: (onError: (thrown: unknown) => void) => Source, clock: Clock, request: SpeechRequest | undefined) {
    // So that it is asked for more, and comes to a failure, only when all before it has been read.
    super({ highWaterMark: 1 });
    this.#clock = clock;
    this.#request = request;
    this.on('error', nothing);
    this.#source = open((thrown) => {
      this.destroy(this.#failureFrom(thrown));
    });
  }

  override _read(): void {
    const failure = this.#failure;
    if (failure === undefined) void this.#pull();
    // What is read at this moment is to be handed on first.
    else setImmediate(() => this.destroy(failure));
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#cancelTimer?.();
    callQuietly(() => this.#source.stop());
    callback(error);
  }

  /** Never rejects. */
  async #pull(): Promise<void> {
    this.#cancelTimer = this.#clock.schedule(() => {
      this.destroy(new SpeechError('timeout.idle', 'the provider’s stream stands still'));
    }, IDLE_LIMIT);
    try {
      const chunk = await this.#nextChunk();
      this.#size += chunk?.length ?? 0;
      if (this.#size > MOST_BYTES) throw new SpeechError('too_large', 'the provider’s stream does not end');
      this.#deliver(chunk);
    } catch (thrown) {
      this.#failure = this.#failureFrom(thrown);
      this.#deliver(NO_BYTES);
    }
  }

  #deliver(chunk: Uint8Array | null): void {
    this.#cancelTimer?.();
    if (!this.destroyed) this.push(chunk);
  }

  /** Returns the next bytes, or null at the end. */
  async #nextChunk(): Promise<Uint8Array | null> {
    for (;;) {
      const { done, value } = Object(await this.#source.next()) as {
        readonly done?: unknown;
        readonly value?: unknown;
      };
      if (Boolean(done)) return null;
      if (!isUint8Array(value)) throw new SpeechError('not_audio', 'the provider’s stream is not one of bytes');
      if (value.length > 0) return value;
      // One that yields nothing, and does so for ever, is not to keep the event loop for itself.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.destroyed) return null;
    }
  }

  #failureFrom(thrown: unknown): SpeechError {
    if (!isPrematureClose(thrown)) return customFailure(thrown, undefined, this.#request);
    return this.#size > 0
      ? new SpeechError('truncated', 'the provider’s stream closed before its end')
      : new SpeechError('empty', 'the provider’s stream has no sound');
  }
}

function sourceOf(given: unknown, onError: (thrown: unknown) => void): Source {
  if (isUint8Array(given)) return sourceOf([given], onError);
  if (isArrayBuffer(given)) return sourceOf([new Uint8Array(given)], onError);
  if (typeof given !== 'object' || given === null) throw noStream();
  const { on, destroy, getReader, ...rest }: Given = membersOf(given);
  // Before anything else, so that no error of it comes too early to be heard.
  if (typeof on === 'function') Reflect.apply(on, given, ['error', onError]);
  if (typeof getReader === 'function') {
    const reader = Reflect.apply(getReader, given, []) as ReadableStreamDefaultReader;
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterate = rest[Symbol.asyncIterator] ?? rest[Symbol.iterator];
  if (typeof iterate !== 'function') throw noStream();
  const iterator = Reflect.apply(iterate, given, []) as Iterator<unknown> | AsyncIterator<unknown>;
  const stop = (): unknown => (typeof destroy === 'function' ? Reflect.apply(destroy, given, []) : iterator.return?.());
  return { next: () => iterator.next(), stop };
}

/** Reads each member once. */
function membersOf(given: Given): Given {
  return {
    on: given.on,
    destroy: given.destroy,
    getReader: given.getReader,
    [Symbol.asyncIterator]: given[Symbol.asyncIterator],
    [Symbol.iterator]: given[Symbol.iterator],
  };
}

function noStream(): SpeechError {
  return new SpeechError('bad_response', 'the provider returned sound without a stream');
}

/** What Node says of a stream that was destroyed without a word. */
function isPrematureClose(thrown: unknown): boolean {
  try {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE';
  } catch {
    return false;
  }
}

function nothing(): void {
  // Nothing is to be done.
}
