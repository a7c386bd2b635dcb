import { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Request, Response } from 'express';
import { canReset, closeBehind, closeNow, followClose, resetBehind } from '../streams/close-socket.js';
import { discard } from '../streams/discard.js';
import { closeWithError, http2StreamOf, type Http2Stream } from './http2-stream.js';

/**
 * How a reply can be broken off so that every client notices:
 *
 * - `inside a chunk`: a chunk is announced that does not come. An orderly end between two chunks is not enough: Apple's network stack
 *   and WebKit take that for the end of the reply.
 * - `short of its length`: the connection closes before as many bytes have come as `Content-Length` says.
 * - `reset`: where the end of the connection is the end of the reply, as in HTTP/1.0, it is reset, which TCP alone can.
 * - `http2 stream reset`: the stream is closed with an error code.
 * - `not at all`: over a unix socket or TLS, without chunks and a length, a broken reply looks like a whole one; and of a response that
 *   is not Node's own (a serverless adapter's, a test double's) nobody knows. What is sent there has to be whole.
 */
export type BreakOff = 'inside a chunk' | 'short of its length' | 'reset' | 'http2 stream reset' | 'not at all';

/** Announces 1,024 bytes that never come. */
const UNMET_CHUNK = '400\r\n';

/**
 * Knows what one reply can do and how its response is to be treated, whatever it is made of: Node's HTTP/1.1 with chunks, HTTP/1.0, TLS,
 * a unix socket, HTTP/2, or something that only looks like a response. Everything that is sent goes by it, and nothing of it throws
 * but what writes.
 */
export class ReplyChannel {
  readonly response: Response;
  readonly #request: Request;
  readonly #http2: Http2Stream | undefined;
  /** The connection, where the reply is Node's own over one. */
  readonly #socket: Socket | undefined;
  readonly #onOver: (() => void)[] = [];
  #isOurs = false;
  #isOver = false;
  #isWhole = false;
  #isBrokenOff = false;
  #written = 0;
  #isFollowingDrain = false;
  #resume: (() => void) | undefined;
  #unfollow: (() => void) | undefined;

  constructor(request: Request, response: Response) {
    this.response = response;
    this.#request = request;
    this.#http2 = http2StreamOf(response);
    this.#socket = socketOf(request, response);
    // Who calls once a reply has begun leaves the rest of it to us, which is to fail: nobody is to wait for it.
    this.#isOurs = response.headersSent && !response.writableEnded;
    // Some adapters tell of the one, and some of the other.
    response.once('finish', this.#onFinish);
    response.once('close', this.#end);
    // A write to a client that has just left fails; 'close' has said all there is to say.
    response.on('error', ignore);
    // A reply that waits behind another one hears nothing of the end of their connection.
    if (this.#isQueued) this.#unfollow = followClose(this.#socket, this.#end);
    // A client can be gone, and the host have answered, before anybody listens.
    if (response.destroyed || this.#http2?.destroyed === true || response.writableEnded) this.#end();
  }

  /** Takes the reply for this package. Returns false where there is none to be given any more: somebody has answered already. */
  claim(): boolean {
    if (this.isTaken || this.#isOver) return false;
    this.#isOurs = true;
    return true;
  }

  /** Whether somebody else has begun to answer. */
  get isTaken(): boolean {
    return !this.#isOurs && (this.response.headersSent || this.response.writableEnded);
  }

  /** Whether there is nothing to be sent any more: all of it was, or the client has left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether all of our reply has been handed to the network. */
  get isWhole(): boolean {
    return this.#isOurs && this.#isWhole;
  }

  /** Calls back once, when the reply is over. */
  onOver(callback: () => void): void {
    if (this.#isOver) callback();
    else this.#onOver.push(callback);
  }

  /** Says how a reply could be broken off that has not begun yet. */
  wayToBreakOff(hasLength: boolean): BreakOff {
    if (this.#http2 !== undefined) return 'http2 stream reset';
    if (this.#socket === undefined) return 'not at all';
    if (hasLength) return 'short of its length';
    if (isToBeChunked(this.response)) return 'inside a chunk';
    return canReset(this.#socket) ? 'reset' : 'not at all';
  }

  /** Whether trailers can be behind the reply: Node throws where there are no chunks. */
  get takesTrailers(): boolean {
    return this.wayToBreakOff(false) === 'inside a chunk';
  }

  /** Whether the response says when its reader is slow. Where it does not, all has to be given to it at once. */
  get hasBackPressure(): boolean {
    return this.#http2 !== undefined || this.#socket !== undefined;
  }

  /** Whether the client has not sent all of its request yet. */
  get isUploading(): boolean {
    const { complete } = this.#request as { complete?: boolean };
    return complete === false;
  }

  /** Bytes that wait to be read by the client; 0 where nobody knows, and while another reply of its connection is read. */
  get unread(): number {
    const { writableLength } = this.response as { writableLength?: number };
    return this.hasBackPressure && !this.#isQueued ? (writableLength ?? 0) : 0;
  }

  /** Bytes that the client has taken; it goes up as long as somebody reads. */
  get taken(): number {
    return this.#written - this.unread;
  }

  /** Writes a piece. Returns nothing while there is room for more, else a promise that resolves when there is, or all is over. */
  write(piece: Uint8Array | string): Promise<void> | undefined {
    this.#written += piece.length;
    // Some adapters return nothing, and have room.
    const hasRoom: unknown = this.response.write(piece);
    if (hasRoom !== false || this.#isOver || !this.hasBackPressure) return undefined;
    // One listener for all of them: a compressing middleware lets none go that was taken off.
    if (!this.#isFollowingDrain) this.response.on('drain', this.#wake);
    this.#isFollowingDrain = true;
    return new Promise((resolve) => (this.#resume = resolve));
  }

  /** Ends the reply, which is whole. */
  end(piece?: Uint8Array | string): void {
    this.#written += piece?.length ?? 0;
    if (piece === undefined) this.response.end();
    else this.response.end(piece);
    // Whoever gathers what is sent may never say that it is over.
    if (this.hasBackPressure) return;
    this.#isWhole = true;
    this.#end();
  }

  /** Breaks the reply off, so that no client takes what it has for all of it. What was written before is still sent. */
  breakOff(): void {
    if (this.#isBrokenOff || this.#isOver) return;
    this.#isBrokenOff = true;
    if (this.#http2 !== undefined) closeWithError(this.#http2);
    else this.#breakConnection();
    // Nobody tells of the end of what is no connection.
    if (!this.hasBackPressure) this.#end();
  }

  /** Ends the reply at once, for a client that does not even read that it broke off. */
  abandon(): void {
    this.#isBrokenOff = true;
    discard(this.#http2);
    if (this.#socket !== undefined) closeNow(this.#socket);
    discard(this.response);
    if (!this.hasBackPressure) this.#end();
  }

  /** Whether the reply waits for another one of the same connection to end. */
  get #isQueued(): boolean {
    return this.#socket !== undefined && this.response.socket === null;
  }

  #breakConnection(): void {
    const { response } = this;
    const socket = this.#socket;
    if (socket !== undefined && this.#isQueued) this.#breakWhenItsTurnComes(socket);
    else if (socket === undefined || !response.headersSent) discard(response);
    else if (response.chunkedEncoding) {
      uncork(response);
      closeBehind(socket, UNMET_CHUNK);
    } else if (response.hasHeader('Content-Length')) closeBehind(socket, '');
    else resetBehind(socket);
  }

  /**
   * Ends the connection when it is this reply's: until then it is another one's. Node did so itself with one that was destroyed; since
   * version 24 it sends what was written of it, and the client waits for the rest.
   */
  #breakWhenItsTurnComes(socket: Socket): void {
    const { response } = this;
    response.once('socket', () => {
      setImmediate(() => {
        closeBehind(socket, response.headersSent && response.chunkedEncoding ? UNMET_CHUNK : '');
      });
    });
    discard(response);
  }

  readonly #onFinish = (): void => {
    // HTTP/2 says so of a stream that was reset as well.
    this.#isWhole = this.#http2 === undefined || (this.response.writableEnded && this.#http2.rstCode === 0);
    this.#end();
  };

  readonly #end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unfollow?.();
    this.#wake();
    for (const callback of this.#onOver) callback();
  };

  readonly #wake = (): void => {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  };
}

/** A request that waits behind another one has the connection before its response. */
function socketOf(request: Request, response: Response): Socket | undefined {
  const { socket } = request as { socket: unknown };
  return response instanceof ServerResponse && socket instanceof Socket ? socket : undefined;
}

/** Says what Node will do, which it says itself only when it has begun. An application may have taken the header back. */
function isToBeChunked(response: Response): boolean {
  try {
    if (response.headersSent) return response.chunkedEncoding;
    const encoding = response.getHeader('Transfer-Encoding');
    if (encoding !== undefined) return /\bchunked\b/i.test(String(encoding));
    return response.useChunkedEncodingByDefault && Reflect.get(response, '_removedTE') !== true;
  } catch {
    // The host's own code is in its place, and fails: nothing is known.
    return false;
  }
}

/** Lets go of what an application holds back. */
function uncork(response: Response): void {
  for (let corks = response.writableCorked; corks > 0; corks -= 1) response.uncork();
}

function ignore(): void {
  // Nothing is to be done.
}
