import type { Response } from 'express';
import type { Attempt } from '../resilience/index.js';
import type { CacheResult } from '../speech/audio-cache.js';
import type { ReplyFacts, SegmentSpan } from '../speech/outcome.js';
import type { SpeechWarning } from '../speech/provider.js';
import { setRequestId } from './request-id.js';

/** Most stretches of a long speech that the trailer tells of. */
const MAX_SPANS = 32;

/** Sets the headers that stand on every reply of the speech route, error replies too. */
export function setSpeechHeaders(
  response: Response,
  requestId: string,
  facts: ReplyFacts,
  cache: CacheResult = 'off',
): void {
  setRequestId(response, requestId);
  response.setHeader('X-Speech-Provider', facts.provider ?? 'none');
  response.setHeader('X-Speech-Degraded', String(facts.degraded));
  response.setHeader('X-Speech-Cache', cache);
  if (facts.attempts.length > 0) response.setHeader('Server-Timing', facts.attempts.map(serverTiming).join(', '));
}

/** Says whether they have been set, with what is known of the attempts. */
export function hasSpeechHeaders(response: Response): boolean {
  return response.headersSent || response.hasHeader('X-Speech-Provider');
}

// Names are tokens (the options see to that) and codes have no quotes, so neither needs escaping.
function serverTiming({ step, code, ms }: Attempt): string {
  const metric = `${step};dur=${ms.toFixed(1)}`;
  return code === null ? metric : `${metric};desc="${code}"`;
}

/**
 * Says who spoke a long text: one metric for each stretch of segments, and one for each provider that broke off or refused; the last of
 * those says so where the segment was left out.
 */
export function serverTimingOf(spans: readonly SegmentSpan[]): string {
  return mostTelling(spans).map(spanTiming).join(', ');
}

/** Leaves out the middle of a long story: clients refuse trailers of many kilobytes, and with them the speech. */
function mostTelling(spans: readonly SegmentSpan[]): readonly SegmentSpan[] {
  if (spans.length <= MAX_SPANS) return spans;
  return [...spans.slice(0, MAX_SPANS / 2), ...spans.slice(-MAX_SPANS / 2)];
}

function spanTiming({ provider, from, to, code, ms, isLeftOut }: SegmentSpan): string {
  const segments = from === to ? `segment ${String(from)}` : `segments ${String(from)}-${String(to)}`;
  const what = code === null ? segments : `${code} in ${segments}${isLeftOut === true ? ', left out' : ''}`;
  return `${provider};dur=${ms.toFixed(1)};desc="${what}"`;
}

/** Names the wishes that were not met although the result is right, such as a voice replaced by the default. */
export function setWarnings(response: Response, warnings: readonly SpeechWarning[]): void {
  if (warnings.length > 0) response.setHeader('X-Speech-Warning', warnings.join(', '));
}
