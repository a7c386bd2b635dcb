import type { Request, RequestHandler } from 'express';
import type { Authorize } from './admin-request.js';
import { adminProblem } from './reply.js';

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
