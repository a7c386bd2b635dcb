import type { Request, RequestHandler } from 'express';
import { adminProblem } from './reply.js';

/** Says whether whoever sent this request may see and change the configuration. Only `true`, or a promise of it, lets it through. */
export type Authorize = (request: Request) => boolean | Promise<boolean>;

/**
 * Makes the one middleware that stands before everything else, files and events included. A check that throws refuses: nothing is
 * worse here than a door that opens because its lock is broken.
 */
export function createGuard(authorize: Authorize, challenge: string | undefined): RequestHandler {
  return function speechAdminGuard(request, response, next) {
    void isAuthorized(authorize, request).then((authorized) => {
      if (authorized) {
        next();
        return;
      }
      if (challenge !== undefined) {
        response.setHeader('WWW-Authenticate', challenge);
        next(adminProblem('unauthorized', 'Sign in to see this page.'));
      } else next(adminProblem('forbidden', 'You may not see this page.'));
    });
  };
}

async function isAuthorized(authorize: Authorize, request: Request): Promise<boolean> {
  try {
    // Programs without types may answer anything, and a user object is not yet a yes.
    const answered: unknown = await authorize(request);
    return answered === true;
  } catch {
    return false;
  }
}
