import { z } from 'zod';
import { SPEECH_FORMATS } from '../audio/formats.js';
import type { SpeechRequest, VerbatimFields } from '../speech/request.js';
import { isLongerThan } from '../text/characters.js';
import { cleanText } from '../text/clean-text.js';
import { hasVisibleText } from '../text/visible.js';
import { problem, type SpeechHttpError } from './problems.js';

/** A checked request, and how the reply is to be packed. */
export interface ReadRequest {
  readonly speech: SpeechRequest;
  readonly streamFormat: 'audio' | 'sse';
  /** `none` asks for the first provider or nothing. */
  readonly fallback: 'chain' | 'none';
}

/** Longest name of a voice or model that is looked at; a name is not the place to send a text. */
export const MOST_NAME_CHARACTERS = 256;
/** Longest `instructions`, the limit of OpenAI's API. */
export const MOST_INSTRUCTION_CHARACTERS = 4_096;

/** Deepest nesting of fields that the API does not know. */
const MOST_DEPTH = 32;

// A voice and a model end up in headers, logs and a remote's JSON: no control characters. One in which nothing can be seen names none:
// clients whose setting is empty send it.
const nameText = z
  .string()
  .refine(
    (text) => !hasVisibleText(text) || (text.length <= MOST_NAME_CHARACTERS && /^[^\p{Cc}\p{Surrogate}]+$/u.test(text)),
  );

/** The fields of a request. What is neither a type nor a limit of JSON Schema is checked beside it. */
export const SPEECH_BODY = z.looseObject({
  input: z.string(),
  model: nameText.nullish(),
  voice: z.union([nameText, z.looseObject({ id: nameText.nullable() })]).nullish(),
  instructions: z
    .string()
    .refine((text) => !isLongerThan(text, MOST_INSTRUCTION_CHARACTERS))
    .nullish(),
  response_format: z.enum(SPEECH_FORMATS).nullish(),
  speed: z.number().min(0.25).max(4).nullish(),
  stream_format: z.enum(['audio', 'sse']).nullish(),
  // Ours, for those who can send fields but no headers.
  fallback: z.literal('none').nullish(),
});

const EXPECTED: Readonly<Record<string, string>> = {
  input: 'a string',
  model: `a string of at most ${String(MOST_NAME_CHARACTERS)} characters, without control characters`,
  voice: `a string of at most ${String(MOST_NAME_CHARACTERS)} characters without control characters, or an object with such an id`,
  instructions: `a string of at most ${String(MOST_INSTRUCTION_CHARACTERS)} characters`,
  response_format: `one of ${SPEECH_FORMATS.join(', ')}`,
  speed: 'a number from 0.25 to 4',
  stream_format: 'one of audio, sse',
  fallback: '"none" where it is given',
};

/** Keys that mean something to JavaScript objects and nothing to a speech server. */
const DANGEROUS_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Checks a parsed body against OpenAI's `CreateSpeechRequest`.
 *
 * @throws {SpeechHttpError} with `param` and `code`, when the request cannot be right
 */
export function readSpeechRequest(body: unknown, maxInput: number, requestId: string): ReadRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw problem('invalid_request', 'The request body must be a JSON object.');
  }
  const parsed = SPEECH_BODY.safeParse(body);
  if (!parsed.success) throw refusal(parsed.error, body);
  const { input, model, voice, instructions, response_format, speed, stream_format, fallback, ...rest } = parsed.data;
  checkInput(input, maxInput);
  checkDepth({ ...rest, voice });
  const name = nameIn(typeof voice === 'object' ? voice?.id : voice);
  const verbatim: VerbatimFields = {
    ...(speed === 1 ? { speed } : {}),
    ...(typeof voice === 'object' && name !== undefined ? { voice: { ...voice } } : {}),
  };
  const speech: SpeechRequest = {
    input,
    format: response_format ?? 'mp3',
    speed: speed ?? 1,
    voice: name,
    model: nameIn(model),
    instructions: instructions == null ? undefined : cleanText(instructions),
    extra: Object.fromEntries(Object.entries(rest).filter(([key]) => !DANGEROUS_KEYS.has(key))),
    ...(Object.keys(verbatim).length === 0 ? {} : { verbatim }),
    ...(stream_format === 'sse' ? { events: true } : {}),
    requestId,
  };
  return { speech, streamFormat: stream_format ?? 'audio', fallback: fallback ?? 'chain' };
}

function nameIn(text: string | null | undefined): string | undefined {
  return text != null && hasVisibleText(text) ? text : undefined;
}

function checkInput(input: string, maxInput: number): void {
  if (!hasVisibleText(input)) throw problem('invalid_value', 'input must not be empty.', 'input');
  if (isLongerThan(input, maxInput)) {
    const message = `input is longer than ${String(maxInput)} characters; it is never cut, so send it in parts.`;
    throw problem('string_above_max_length', message, 'input');
  }
}

/** Refuses fields that are nested so deeply that writing them for a remote would overflow the stack. */
function checkDepth(fields: object): void {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: fields, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MOST_DEPTH) throw problem('invalid_value', 'The request body is nested too deeply.');
    for (const member of Object.values(value)) waiting.push({ value: member, depth: depth + 1 });
  }
}

function refusal(error: z.ZodError, body: object): SpeechHttpError {
  const issue = error.issues[0];
  const param = String(issue?.path[0] ?? '');
  // The issue itself tells a missing value from a wrong one in its message only, which the host may have translated.
  if (param === 'input' && (body as { input?: unknown }).input === undefined) {
    return problem('missing_required_parameter', 'input is missing: it is the text to speak.', param);
  }
  const code = issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  return problem(code, `${param} must be ${EXPECTED[param] ?? 'something else'}.`, param === '' ? null : param);
}
