import { createHash } from 'node:crypto';
import type { SpeechRequest } from '../speech/request.js';

/**
 * Names the sound of a request under one revision of the configuration, in 43 characters however long the text is. Every field counts
 * but the request's id: one that is added later is in it without being thought of.
 */
export function cacheKey(revision: string, request: SpeechRequest): string {
  // A client may write the fields that nobody knows in any order.
  const extra = Object.entries(request.extra).sort(([one], [other]) => (one < other ? -1 : 1));
  const sound = { ...request, requestId: undefined, extra };
  return createHash('sha256')
    .update(JSON.stringify([revision, sound]))
    .digest('base64url');
}
