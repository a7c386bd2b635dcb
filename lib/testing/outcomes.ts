import { SpeechError } from '../speech/error.js';
import type { SpeechAudio } from '../speech/provider.js';

/** Reads all of a provider's sound. */
export async function bytesOf({ stream }: SpeechAudio): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Returns the error that a promise rejects with.
 *
 * @throws where it resolves, or rejects with anything but a `SpeechError`
 */
export async function failureOf(promise: Promise<unknown>): Promise<SpeechError> {
  try {
    await promise;
  } catch (error) {
    if (SpeechError.is(error)) return error;
    throw new Error('rejected with an error that is no SpeechError', { cause: error });
  }
  throw new Error('expected a failure');
}
