import { AssertionError } from 'node:assert/strict';
import { SpeechError } from '../speech/error.js';
import type { SpeechAudio } from '../speech/provider.js';

/** Milliseconds that something may take which is to be done at once: less than any test runner gives a test. */
const AT_ONCE = 1_000;

/** Reads all of a provider's sound. */
export async function bytesOf({ stream }: SpeechAudio): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Returns the error that a promise rejects with.
 *
 * @throws {AssertionError} where it resolves, or rejects with anything but a `SpeechError`
 */
export async function failureOf(promise: Promise<unknown>): Promise<SpeechError> {
  try {
    await promise;
  } catch (error) {
    if (SpeechError.is(error)) return error;
    const message = `rejected with an error that is no SpeechError: ${String(error)}`;
    throw Object.assign(new AssertionError({ message }), { cause: error });
  }
  throw new AssertionError({ message: 'expected a failure' });
}

/**
 * Waits for what is to come at once.
 *
 * @param missing what is said where it does not come
 * @throws {AssertionError} rather than to wait for ever, which tells nobody what is wrong
 */
export async function atOnce<Value>(promise: Promise<Value>, missing: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AssertionError({ message: missing }));
    }, AT_ONCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
