import type { Attempt } from '../resilience/index.js';

/** What became of a request: who answered, and how it came to that. */
export interface ReplyFacts {
  /** The provider that answered, or null when none did. */
  readonly provider: string | null;
  /** True when the first provider of the chain was asked and did not answer. */
  readonly degraded: boolean;
  readonly attempts: readonly Attempt[];
  /** Who spoke which part of a long text, as far as it has come. */
  readonly segments?: readonly SegmentSpan[];
}

/** The facts of a reply to a request that no provider was asked to answer. */
export const NOBODY_ASKED: ReplyFacts = { provider: null, degraded: false, attempts: [] };

/** Segments of a long text that one provider spoke in a row, or some that it could not speak. */
export interface SegmentSpan {
  readonly provider: string;
  /** The first segment and the last, counted from 1. */
  readonly from: number;
  readonly to: number;
  /** Why it could not, or broke off; null for what was spoken. */
  readonly code: string | null;
  /** Milliseconds that it took. */
  readonly ms: number;
  /** Set where nobody else could speak them either, so that they are not in the speech. */
  readonly isLeftOut?: true;
}

/** Counts the segments that are not in a speech. */
export function countLeftOut(spans: readonly SegmentSpan[]): number {
  return spans.reduce((count, { isLeftOut, from, to }) => count + (isLeftOut === true ? to - from + 1 : 0), 0);
}
