import type { Request, RequestHandler } from 'express';
import { withTimeLimit, type Clock } from '../resilience/index.js';
import type { Authorize } from './admin-request.js';
import { adminProblem } from './reply.js';

/** Milliseconds for an answer: longer than any directory takes that is up, and shorter than a browser waits. */
const ANSWER_LIMIT = 10_000;

/**
 * Makes the one middleware that stands before everything else, files and events included. A check that throws refuses: nothing is
 * worse here than a door that opens because its lock is broken. One that never answers refuses as well.
 */
export function createGuard(authorize: Authorize, challenge: string | undefined, clock: Clock): RequestHandler {
  return function speechAdminGuard(request, response, next) {
    isAuthorized(authorize, request, clock)
      .then((authorized) => {
        // The check may have sent a redirect to a login, and the application its own reply to what takes too long.
        if (response.headersSent) return;
        if (authorized) {
          next();
          return;
        }
        if (challenge !== undefined) {
          response.setHeader('WWW-Authenticate', challenge);
          next(adminProblem('unauthorized', 'Sign in to see this page.'));
        } else next(adminProblem('forbidden', 'You may not see this page.'));
      })
      .catch(next);
  };
}

async function isAuthorized(authorize: Authorize, request: Request, clock: Clock): Promise<boolean> {
  try {
    // Programs without types may answer anything, and a user object is not yet a yes.
    const answered: unknown = await withTimeLimit(async () => authorize(request), {
      limit: ANSWER_LIMIT,
      signal: new AbortController().signal,
      clock,
      expired: noAnswer,
      aborted: noAnswer,
    });
    return answered === true;
  } catch {
    return false;
  }
}

function noAnswer(): Error {
  return new Error('authorize() did not answer in time');
}
