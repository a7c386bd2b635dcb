import type { IncomingMessage } from 'node:http';
import { SpeechError } from '../../speech/error.js';
import type { CheckFinding } from '../../speech/provider.js';
import { failureOfStatus } from './error-reply.js';

/** Statuses of a server that has no list of models, as many have not. */
const NO_LIST: ReadonlySet<number> = new Set([404, 405, 501]);

/**
 * Says what the answer to a health check is worth. Somebody is there, whoever gives a list or does not; whether they speak is shown by
 * a list, by none that is missing, and least of all by one that this key may not have, that lies elsewhere, or that was asked for too
 * often. Only a server that says that it fails (5xx) is taken at its word.
 *
 * @param isGivenPath whether the path is one that was given for checks: a server should know it
 * @returns an error to be thrown; it does not blame the server where it tells nothing of it
 */
export function findingIn(response: IncomingMessage, isGivenPath: boolean): CheckFinding | SpeechError {
  const { statusCode: status = 0 } = response;
  if (status >= 200 && status < 300) return 'well';
  const failure = failureOfStatus(response);
  if (isGivenPath) return failure;
  if (NO_LIST.has(status)) return 'unknown';
  return status >= 500 || status === 408
    ? failure
    : new SpeechError(failure.code, failure.message, { blamesProvider: false });
}
