import { SpeechError } from './error.js';

/**
 * Says why the stream of a sound failed. One that closed without a word and before its end was cut; one of the user's own may have
 * anything in it.
 */
export function failureOfStream(thrown: unknown): SpeechError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ERR_STREAM_PREMATURE_CLOSE') return new SpeechError('truncated', 'the sound broke off');
  if (code === 'ERR_NOT_BYTES') {
    return new SpeechError('bad_response', 'the provider’s stream is not one of bytes', { cause: thrown });
  }
  return SpeechError.from(thrown);
}
