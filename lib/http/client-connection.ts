import type { Response } from 'express';
import type { Resident } from '../collections/live-set.js';

/** Follows the client of one request. */
export class ClientConnection implements Resident {
  place = -1;
  readonly #response: Response;
  readonly #controller = new AbortController();
  #onClose: () => void = nothing;
  #taken = -1;

  constructor(response: Response) {
    this.#response = response;
    // The request's own 'close' fires as soon as its body has been read, so it is the response that tells.
    response.once('close', () => {
      if (!response.writableFinished) this.#controller.abort();
      this.#onClose();
    });
    // A write to a client that has just left fails; 'close' has said all there is to say.
    response.on('error', nothing);
    // A client can be gone before anybody listens.
    if (response.destroyed) this.#controller.abort();
  }

  /** Aborts when the client has left before it had the whole reply, or when the request is ended from this side. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Says whether there is nobody left to answer. */
  hasLeft(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Says whether something waits to be read, and nothing has been since this was asked the last time. */
  hasStalled(): boolean {
    const { socket } = this.#response;
    if (socket === null) return false;
    // While a provider is slow nothing waits, and nobody can read it.
    const taken = socket.bytesWritten - socket.writableLength;
    const hasStalled = taken === this.#taken && socket.writableLength > 0;
    this.#taken = taken;
    return hasStalled;
  }

  /** Calls back when the reply has been sent or the client has left; one callback at a time. */
  onClose(callback: () => void): void {
    this.#onClose = callback;
  }

  /** Ends the request from this side. */
  abort(): void {
    this.#controller.abort();
    this.#response.destroy();
  }
}

function nothing(): void {
  // Nothing is to be done.
}
