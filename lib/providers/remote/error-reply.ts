import type { IncomingMessage } from 'node:http';
import { repeats, sentWith } from '../../speech/cause-in-words.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechRequest } from '../../speech/request.js';
import type { RemoteOptions } from './options.js';
import { allowanceIn } from './rate-limit.js';
import { parseRetryAfter } from './retry-after.js';

/** Longest message of a server's that goes into a log line. */
const MOST_MESSAGE_CHARACTERS = 200;

/** Statuses of a server that may do better a moment later: a worker died, a gateway lost its server, a model is being loaded. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Makes the failure for a reply that is not a success. */
export function failureOfStatus(response: IncomingMessage): SpeechError {
  const status = response.statusCode ?? 0;
  if (status < 400) return new SpeechError('bad_response', `the server answered with status ${String(status)}`);
  const retryAfter = retryAfterIn(response, Date.now());
  return new SpeechError(
    status === 429 ? 'rate_limited' : `status.${status}`,
    `the server answered with status ${String(status)}`,
    {
      // Without being told when, a server that limits the rate would only be pressed harder.
      retryHelps: TRANSIENT.has(status) && (status !== 429 || retryAfter !== undefined),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      // One that says when it takes the next call is well, and is to be left alone for as long as it says and no longer.
      ...(status === 429 && retryAfter !== undefined && retryAfter > 0 ? { blamesProvider: false } : {}),
    },
  );
}

/** Finds out for how many milliseconds a server wants to be left alone, in whichever of its headers it says so. */
function retryAfterIn({ headers, statusCode }: IncomingMessage, now: number): number | undefined {
  const inMilliseconds = (value: unknown): number | undefined => parseRetryAfter(String(Number(value) / 1_000), now);
  const retryAfter = inMilliseconds(headers['retry-after-ms']) ?? parseRetryAfter(headers['retry-after'], now);
  if (retryAfter !== undefined || statusCode !== 429) return retryAfter;
  const allowance = allowanceIn(headers, now);
  return allowance?.calls === 0 ? inMilliseconds(allowance.nextIn) : undefined;
}

/** What a server may send back of what it was sent, and no log line is to have. */
export function secretsOf(request: SpeechRequest, { apiKey, headers, baseUrl }: RemoteOptions): string[] {
  return [...sentWith(request), apiKey ?? '', ...Object.values(headers), new URL(baseUrl).host];
}

/**
 * Finds the message in the body of an error reply, whatever shape it has: `{error:{message}}`, `{error:"…"}`, `{detail:"…"}`,
 * `{detail:{message}}`, `{detail:[{msg}]}`, `{message}`, or none of these.
 *
 * @param secrets what must not stand in a log: the text to speak, keys, addresses
 * @returns the message, shortened, or nothing where it repeats a part of a secret: some servers send back what they were sent
 */
export function messageOf(body: string, secrets: readonly string[]): string {
  const message = (find(parse(body)) ?? '').replace(/[\p{Cc}\s]+/gu, ' ').slice(0, MOST_MESSAGE_CHARACTERS);
  return secrets.some((secret) => repeats(message, secret)) ? '' : message;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function find(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 3) return undefined;
  if (Array.isArray(value)) return find(value[0], depth + 1);
  const fields: Record<string, unknown> = { ...value };
  for (const key of ['error', 'detail', 'message', 'msg']) {
    const found = find(fields[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
