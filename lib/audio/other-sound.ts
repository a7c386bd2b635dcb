import { SpeechError } from '../speech/error.js';
import { SPEECH_FORMATS, type SpeechFormat } from './formats.js';
import { sniffAudio } from './sniff.js';

/** What is said of a type when it is one of sound. */
const SOUND_TYPE = /^\s*(audio\/|application\/ogg\b)/i;

/**
 * Says what is wrong with a type that is not the one of the format asked for. One of other sound says nothing against the provider: it
 * speaks, and does not make this format.
 */
export function wrongType(contentType: string | undefined): SpeechError {
  const isSound = SOUND_TYPE.test(contentType ?? '');
  return new SpeechError('not_audio', 'the type is not that of the format asked for', { blamesProvider: !isSound });
}

/** Says what is wrong with bytes that are not sound in the format asked for; sound in another one is nothing against the provider. */
export function wrongSound(bytes: Uint8Array): SpeechError {
  return isSoundInAny(bytes)
    ? new SpeechError('not_audio', 'this is sound in another format', { blamesProvider: false })
    : new SpeechError('not_audio', 'this is not the sound asked for');
}

/** Bare samples are left out: anything may be some. */
function isSoundInAny(bytes: Uint8Array): boolean {
  return SPEECH_FORMATS.some((format: SpeechFormat) => format !== 'pcm' && sniffAudio(format, bytes) === 'valid');
}
