import type { IncomingMessage } from 'node:http';

// Where the types of sessions, logins and the like put what they add to a request; empty where there are none.
declare global {
  namespace Express {
    interface Request {}
  }
}

/** A request to the admin page, as any version of Express hands it over; a handler may name its own version's type of request instead. */
export interface AdminRequest extends IncomingMessage, Express.Request {
  /** The address as it was asked for, with the path that the page is mounted at. */
  readonly originalUrl: string;
  /** Reads a header. */
  get(header: string): string | undefined;
}

/**
 * Says whether whoever sent this request may see and change the configuration. Only `true`, or a promise of it, lets it through.
 * Written as a method, whose argument TypeScript compares in both directions, so that it may be a function of an `express.Request`.
 */
export type Authorize = { method(request: AdminRequest): boolean | Promise<boolean> }['method'];
