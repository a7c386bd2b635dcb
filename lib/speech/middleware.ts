import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Types what `app.use()` takes, in the words of Node alone: the types of Express 4 and of Express 5 exclude each other, so that a package
 * which names either cannot be mounted by users of the other. Written as a method, whose arguments TypeScript compares in both
 * directions, as a router of Express wants requests of Express.
 */
export type Middleware = {
  method(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
}['method'];
