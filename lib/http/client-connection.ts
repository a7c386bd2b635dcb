import type { Response } from 'express';

/** Follows the client: `signal` aborts when it has left before it had the whole reply, or when the router gives up on it. */
export interface ClientConnection {
  readonly signal: AbortSignal;
  /** Ends the request from this side. */
  abort(): void;
}

export function followClient(response: Response): ClientConnection {
  const controller = new AbortController();
  // The request's own 'close' fires as soon as its body has been read, so it is the response that tells.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  // A write to a client that has just left fails; 'close' has said all there is to say.
  response.on('error', () => undefined);
  // A client can be gone before anybody listens.
  if (response.destroyed) controller.abort();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
      response.destroy();
    },
  };
}
