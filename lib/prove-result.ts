import { Readable } from 'node:stream';
import { proveStream } from './prove-stream.js';
import { SpeechError } from './speech/error.js';
import { contentTypeOf } from './speech/formats.js';
import { isSpeechUsage, isSpeechWarning, type SpeechAudio, type SpeechResult } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';

/**
 * Looks at what a provider of the user's own, which may be written in plain JavaScript, has really returned, and keeps of it what
 * can be trusted: its sound once that has proved itself, under the type that is true to it, but no length that could cut it short.
 */
export async function proveResult(
  result: unknown,
  { format }: SpeechRequest,
  signal: AbortSignal,
): Promise<SpeechResult> {
  if (!isResult(result)) throw new SpeechError('bad_response', 'the provider returned neither sound nor text');
  if (result.kind === 'text') return { kind: 'text', text: result.text, status: result.status === 503 ? 503 : 200 };
  await proveStream(result, format, signal);
  const warnings: unknown = result.warnings;
  const usage = safeUsage(result);
  return {
    kind: 'audio',
    contentType: contentTypeOf(format),
    stream: result.stream,
    warnings: Array.isArray(warnings) ? warnings.filter(isSpeechWarning) : [],
    ...(usage === undefined ? {} : { usage }),
  };
}

/** What has been spoken stays spoken, whatever becomes of the question what it has used. */
function safeUsage(audio: SpeechAudio): SpeechAudio['usage'] {
  const ask: unknown = audio.usage;
  if (typeof ask !== 'function') return undefined;
  return () => {
    try {
      const usage: unknown = ask.call(audio);
      return isSpeechUsage(usage) ? usage : undefined;
    } catch {
      return undefined;
    }
  };
}

function isResult(value: unknown): value is SpeechResult {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'audio') {
    if (!('stream' in value && value.stream instanceof Readable)) return false;
    return !('contentType' in value) || value.contentType === undefined || typeof value.contentType === 'string';
  }
  return value.kind === 'text' && 'text' in value && typeof value.text === 'string';
}
