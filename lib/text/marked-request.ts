import { type MarkKind } from '../speech/mark-kinds.js';
import type { SpeechRequest } from '../speech/request.js';
import { withMarks } from './marks.js';

/** Leaves a request the marks that a provider understands. */
export function withMarksFor(request: SpeechRequest, kinds: readonly MarkKind[] = []): SpeechRequest {
  if (request.marked === undefined) return request;
  const { marked, ...plain } = request;
  const kept = kinds.length === 0 ? plain.input : withMarks(marked, kinds);
  return kept === plain.input ? plain : { ...plain, marked: kept };
}
