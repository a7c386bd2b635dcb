/** Segments of a long text that one provider spoke in a row, or some that it could not speak. */
export interface Stint {
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
export function countLeftOut(stints: readonly Stint[]): number {
  return stints.reduce((count, { isLeftOut, from, to }) => count + (isLeftOut === true ? to - from + 1 : 0), 0);
}
