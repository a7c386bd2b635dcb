import { makeProblem, type Problem, type SpeechHttpError } from '../http/problems.js';

/** What a gateway refuses beside its router, in the shape of OpenAI’s API. */
const PROBLEMS = {
  invalid_api_key: { status: 401, type: 'invalid_request_error', headers: { 'www-authenticate': 'Bearer' } },
  not_found: { status: 404, type: 'invalid_request_error' },
  rate_limited: { status: 429, type: 'rate_limit_error' },
} satisfies Record<string, Problem>;

/** Makes the error for a request that a gateway refuses. */
export function gatewayProblem(code: keyof typeof PROBLEMS, message: string): SpeechHttpError {
  return makeProblem(PROBLEMS[code], code, message, null);
}
