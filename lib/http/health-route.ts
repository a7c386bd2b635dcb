import type { Request, RequestHandler, Response } from 'express';
import { requestIdOf, setRequestId } from './request-id.js';

interface Health {
  readonly status: string;
  readonly providers: readonly { name: string; type: string; state: string; circuit: string }[];
}

/** Makes the handler of `GET {mount}/audio/health`: 200 while audio can be made, 503 when only text is left or the router closes. */
export function createHealthRoute(status: () => Health, isClosing: () => boolean): RequestHandler {
  return function health(request: Request, response: Response): void {
    const snapshot = status();
    setRequestId(response, requestIdOf(request, response));
    response.setHeader('Cache-Control', 'no-store');
    response.status(snapshot.status === 'text-only' || isClosing() ? 503 : 200).json({
      status: snapshot.status,
      // Queue lengths and errors are for the operator, not for everybody who can reach the route.
      providers: snapshot.providers.map(({ name, type, state, circuit }) => ({ name, type, state, circuit })),
    });
  };
}
