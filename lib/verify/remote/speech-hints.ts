import type { SpeechFormat } from '../../audio/formats.js';
import type { RemoteOptions } from '../../providers/remote/provider.js';
import type { SpeechError } from '../../speech/error.js';
import type { Sent } from './inspect-reply.js';

/** Says what to do about a server that was asked to speak and did not. */
export function speechHint(error: SpeechError, asked: SpeechFormat, sent: Sent, options: RemoteOptions): string {
  const says = sent.message === '' ? '' : `; it says “${sent.message}”`;
  switch (error.code) {
    case 'not_audio':
    case 'unsupported':
      return notAudioHint(asked, sent) + says;
    case 'empty':
      return 'the server answers, but with no sound in it; look at its log';
    case 'rate_limited':
      return `the server limits the rate, or the account is used up; wait, or look at the account${says}`;
    case 'too_large':
      return 'the server sends more than "maxBytes" allows; raise it if that is right';
    case 'timeout.first_byte':
      return `no sound came within ${String(options.timeout.firstByte)} ms; if the model is still being loaded, try again, else raise "timeout.firstByte"`;
    case 'timeout.idle':
    case 'truncated':
    case 'reset':
      return 'the server broke off before the sound was whole; look at its log';
    case 'timeout.total':
      return 'there was not enough time to hear the server speak; allow more, or look why it is slow';
    case 'status.401':
    case 'status.403':
      return keyHint(options);
    case 'status.404':
    case 'status.405':
      return `the server has no /audio/speech, or not for this model; check "model", and that it is a speech server${says}`;
    case 'status.502':
    case 'status.503':
    case 'status.504':
      return `the server is busy, or still loads its model; try again in a moment${says}`;
    default:
      return otherHint(error) + says;
  }
}

/** Says what to do about a server that lets nobody in. */
export function keyHint({ apiKey, headers }: RemoteOptions): string {
  const hasKey = apiKey !== undefined || Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return hasKey
    ? 'the server refuses this key; check "apiKey", and what the key is allowed to do'
    : 'the server wants a key; give one in "apiKey"';
}

function notAudioHint(asked: SpeechFormat, { format, type }: Sent): string {
  if (format !== undefined && format !== asked)
    return `asked for ${asked}, the server answers with ${format}; name in "formats" what it makes`;
  if (format !== undefined) return 'the server sends sound under a type that is none of sound; look at its settings';
  return `the server answers, but with ${type ?? 'something else'} in place of sound; check "model" and "voice"`;
}

function otherHint({ code, message }: SpeechError): string {
  if (code.startsWith('status.5')) return 'the server fails at speaking; look at its log';
  if (code.startsWith('status.')) return 'the server refuses to speak; check "model" and "voice"';
  return `${message}; look at the server’s log`;
}
