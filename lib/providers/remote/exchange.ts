import { IncomingMessage, type ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Request } from 'got';
import type { Resident } from '../../collections/live-set.js';
import { failureFrom } from '../../network/error-code.js';
import { SpeechError } from '../../speech/error.js';
import { discard } from '../../streams/discard.js';
import type { RemoteTimeouts } from './options.js';
import { PhaseTimer } from './phase-timer.js';

/** Interim replies (1xx) after which a server is not believed to give a real one. */
const MOST_INTERIM_REPLIES = 16;

/** What a call goes through until it waits for its answer; over a connection that is used again it is at `send` at once. */
export type ExchangePhase = 'lookup' | 'connect' | 'tls' | 'send';

export interface ExchangeOptions {
  /** Starts the call. */
  readonly start: () => Request;
  readonly timeout: RemoteTimeouts;
  readonly signal: AbortSignal;
  /** Most bytes of the body. */
  readonly maxBytes: number;
  /** Called when the exchange has let go of everything; more than once, at times. */
  readonly onRelease: (exchange: Exchange) => void;
  /** Called whenever a piece of the body has come. */
  readonly onBytes?: (() => void) | undefined;
  /** Called as each phase begins, for those who want to know how far a call came. */
  readonly onPhase?: ((phase: ExchangePhase) => void) | undefined;
}

/** One call to the server: drives its phases, turns whatever goes wrong into one failure, and lets go of everything in the end. */
export class Exchange implements Resident {
  place = -1;
  /** Resolves with the response once its head has come, its body still to be read; rejects with the failure. */
  readonly head: Promise<IncomingMessage>;
  readonly #timer: PhaseTimer;
  readonly #options: ExchangeOptions;
  readonly #stream: Request;
  #onHead: (response: IncomingMessage) => void = () => undefined;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #bytes = 0;
  #failure: SpeechError | undefined;
  #onFailure: (error: SpeechError) => void = () => undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    // First of all, as it may throw, and then nothing must be left running.
    this.#stream = options.start();
    this.#timer = new PhaseTimer(options.timeout.total, (error) => {
      this.fail(error);
    });
    this.#timer.enter(options.timeout.connect, 'timeout.queue');
    this.head = new Promise((resolve, reject) => {
      this.#onHead = resolve;
      this.#onFailure = reject;
    });
    this.#stream.on('error', (error) => {
      this.fail(this.explain(error));
    });
    this.#stream.once('request', (request: ClientRequest) => {
      this.#follow(request);
    });
    options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Whether the server closed a connection it had kept alive just when we used it again: it has not seen the request. */
  get isStaleSocket(): boolean {
    const wasReset = this.#failure?.code === 'reset';
    return wasReset && this.#request?.reusedSocket === true && this.#response === undefined && this.#bytes === 0;
  }

  /** Ends the call. The first failure counts; before the head has come it is the head's, after it the stream's. */
  fail(error: SpeechError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#release();
    this.#onFailure(error);
    discard(this.#response, error);
    discard(this.#request, error);
    discard(this.#stream);
  }

  /** Calls back with the failure from now on. */
  onFailure(callback: (error: SpeechError) => void): void {
    if (this.#failure !== undefined) callback(this.#failure);
    else this.#onFailure = callback;
  }

  /**
   * Begins to watch the body: it has proved itself, and now has to go on coming.
   *
   * @param unread says how many bytes have come and wait for the reader, if they are not in the response itself
   */
  watchBody(unread?: () => number): void {
    const response = this.#response;
    if (response === undefined || response.destroyed) return;
    response.on('data', (chunk: Uint8Array) => {
      this.#count(chunk);
    });
    this.#timer.enterBody(this.#options.timeout.idle, {
      bytes: () => this.#bytes,
      isReaderSlow: () => (unread?.() ?? response.readableLength) > 0,
    });
  }

  /**
   * Says why the call failed. A body that was cut by an orderly end of the connection is told from one whose connection was reset:
   * Node says `ECONNRESET` to both.
   */
  explain(error: unknown): SpeechError {
    if (this.#failure !== undefined) return this.#failure;
    const failure = failureFrom(error);
    const wasReset = this.#response === undefined || Boolean(this.#request?.socket?.errored);
    if (failure.code !== 'reset' || wasReset) return failure;
    return new SpeechError('truncated', 'the server closed before the sound was whole');
  }

  #follow(request: ClientRequest): void {
    const { timeout } = this.#options;
    this.#request = request;
    request.once('socket', (socket) => {
      this.#followSocket(socket);
    });
    request.once('finish', () => {
      this.#timer.enter(timeout.firstByte, 'timeout.first_byte');
    });
    // From the head on the body is read here: got's own stream would hand every piece on once more, and end in errors of its own.
    request.removeAllListeners('response');
    request.once('response', (response) => {
      this.#take(response);
    });
    request.once('upgrade', (_response, socket: Socket) => {
      discard(socket);
      this.fail(new SpeechError('bad_response', 'the server switched to another protocol'));
    });
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > MOST_INTERIM_REPLIES)
        this.fail(new SpeechError('bad_response', 'the server sends interim replies only'));
    });
  }

  #followSocket(socket: Socket): void {
    const { timeout, onPhase } = this.#options;
    const send = (): void => {
      onPhase?.('send');
      this.#timer.enter(timeout.send, 'timeout.send');
    };
    if (!socket.connecting) {
      send();
      return;
    }
    const connect = (): void => {
      onPhase?.('connect');
      this.#timer.enter(timeout.connect, 'timeout.connect');
    };
    const isAddress = isIP(this.#request?.host.replace(/^\[|\]$/g, '') ?? '') !== 0;
    if (isAddress) connect();
    else {
      onPhase?.('lookup');
      this.#timer.enter(timeout.lookup, 'timeout.lookup');
      socket.once('lookup', (error: Error | null) => {
        if (error === null) connect();
      });
    }
    socket.once('connect', () => {
      if (!('encrypted' in socket)) {
        send();
        return;
      }
      onPhase?.('tls');
      this.#timer.enter(timeout.secureConnect, 'timeout.tls');
      socket.once('secureConnect', send);
    });
  }

  #take(response: IncomingMessage): void {
    this.#response = response;
    explainErrors(response, this);
    response.on('error', (error) => {
      this.fail(this.explain(error));
    });
    response.once('close', () => {
      this.#release();
    });
    this.#onHead(response);
  }

  #count(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#options.onBytes?.();
    if (this.#bytes > this.#options.maxBytes) this.fail(new SpeechError('too_large', 'the server sent too many bytes'));
  }

  readonly #abort = (): void => {
    this.fail(new SpeechError('aborted', 'the call is not wanted any more'));
  };

  #release(): void {
    this.#timer.stop();
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#options.onRelease(this);
  }
}

const EXCHANGE = Symbol('exchange');

type Explained = IncomingMessage & { [EXCHANGE]?: Exchange };

/**
 * Has whatever ends a body early reach its reader as an error of ours.
 *
 * One function serves all bodies. A function of its own for each would keep every body, with all that hangs on it, in V8's old
 * generation until the next full collection, at an eighth of a request's cost.
 */
function explainErrors(response: Explained, exchange: Exchange): void {
  response[EXCHANGE] = exchange;
  response._destroy = destroyExplained;
}

function destroyExplained(this: Explained, error: Error | null, callback: (error?: Error | null) => void): void {
  IncomingMessage.prototype._destroy.call(this, error, (thrown) => {
    callback(thrown == null ? thrown : this[EXCHANGE]?.explain(thrown));
  });
}
