import type { Request } from 'express';

const BYTES = /^(audio\/[^;\s]+|application\/octet-stream)\s*(;|$)/i;
const REFUSED = /;\s*q=0(\.0*)?\s*(;|$)/i;

/**
 * Says whether the client can use nothing but bytes of sound: its `Accept` names only audio types and octet streams.
 * The official openai clients send `application/octet-stream`. No header, or any other type in it, means that JSON is welcome.
 */
export function acceptsOnlyAudio(request: Request): boolean {
  const ranges = (request.headers.accept ?? '')
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '' && !REFUSED.test(range));
  return ranges.length > 0 && ranges.every((range) => BYTES.test(range));
}
