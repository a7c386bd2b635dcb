import type { SpeechOutcome, SpeechProblem } from './outcome.js';
import { readBlob } from './read-bytes.js';

/** What a reply holds: sound yet to be read, text for the browser's voice, or a refusal that no voice can help. */
export type Reply =
  | { readonly kind: 'sound' }
  | { readonly kind: 'text'; readonly text: string; readonly problem: SpeechProblem }
  | { readonly kind: 'refusal'; readonly problem: SpeechProblem };

/** Reads what the headers say. Those of another origin's server can be read where it exposes them. */
export function factsOf({
  status,
  headers,
}: Response): Pick<SpeechOutcome, 'provider' | 'degraded' | 'status' | 'requestId'> {
  const provider = headers.get('x-speech-provider');
  return {
    status,
    provider: provider === 'none' ? null : provider,
    degraded: headers.get('x-speech-degraded') === 'true',
    requestId: headers.get('x-request-id'),
  };
}

/**
 * Reads a reply, except for the sound. The given text stands in where the reply brings none. An error of the 500s is the server's, and
 * the browser can speak in its place; one of the 400s is the caller's.
 */
export async function readReply(response: Response, given: string, timeout: number): Promise<Reply> {
  const { ok, status, body, headers } = response;
  if (ok && /^audio\//i.test(headers.get('content-type') ?? '')) return { kind: 'sound' };
  const json = await readJson(body, timeout);
  const text = stringIn(json, 'text') ?? given;
  if (ok) return { kind: 'text', text, problem: problemOfText(json) };
  const error = objectIn(json, 'error');
  const problem = {
    code: stringIn(error, 'code') ?? `status.${status}`,
    message: stringIn(error, 'message') ?? `The server answered with status ${status}.`,
  };
  return status < 500 ? { kind: 'refusal', problem } : { kind: 'text', text, problem };
}

function problemOfText(json: unknown): SpeechProblem {
  if (stringIn(json, 'object') === 'speech.text') {
    return { code: stringIn(json, 'reason') ?? 'unsupported', message: 'The server sent text in place of sound.' };
  }
  return { code: 'bad_reply', message: 'What answered is no speech route.' };
}

async function readJson(body: Response['body'], timeout: number): Promise<unknown> {
  const blob = await readBlob(body, timeout, { bytes: 0, isBroken: false });
  try {
    return JSON.parse(await blob.text());
  } catch {
    return undefined;
  }
}

function objectIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function stringIn(value: unknown, key: string): string | undefined {
  const found = objectIn(value, key);
  return typeof found === 'string' ? found : undefined;
}
