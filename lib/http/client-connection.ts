import type { AdmittedConnection } from '../speech/service.js';
import type { ReplyChannel } from './reply-channel.js';

/** Follows the client of one request. */
export class ClientConnection implements AdmittedConnection {
  place = -1;
  /** Bytes that are held in memory for it. Those who count them all write it. */
  heldBytes = 0;
  readonly #channel: ReplyChannel;
  readonly #controller = new AbortController();
  #onClose: () => void = nothing;
  #taken = -1;

  constructor(channel: ReplyChannel) {
    this.#channel = channel;
    // The request's own 'close' fires as soon as its body has been read, so it is the reply that tells.
    channel.onOver(() => {
      // What the host has answered in our place is not to be spoken any more, either.
      if (!channel.isWhole) this.#controller.abort();
      this.#onClose();
    });
  }

  /** Aborts when the client has left before it had the whole reply, or when the request is ended from this side. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Says whether there is nobody left to answer. */
  hasLeft(): boolean {
    return this.#controller.signal.aborted || this.#channel.isOver || this.#channel.isTaken;
  }

  /** Says whether something waits to be read, and nothing has been since this was asked the last time. */
  hasStalled(): boolean {
    const { taken, unread } = this.#channel;
    // While a provider is slow nothing waits, and nobody can read it.
    const hasStalled = taken === this.#taken && unread > 0;
    this.#taken = taken;
    return hasStalled;
  }

  /** Calls back when the reply has been sent or the client has left; one callback at a time. */
  onClose(callback: () => void): void {
    this.#onClose = callback;
  }

  /** Ends the request from this side. The client is shown that the reply broke off. */
  breakOff(): void {
    this.#controller.abort();
    this.#channel.breakOff();
  }

  /** Ends it at once, for a client that reads nothing. */
  abandon(): void {
    this.#controller.abort();
    this.#channel.abandon();
  }
}

function nothing(): void {
  // Nothing is to be done.
}
