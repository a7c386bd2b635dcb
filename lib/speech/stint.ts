/** Segments of a long text that one provider spoke in a row, or one that it could not speak. */
export interface Stint {
  readonly provider: string;
  /** The first segment and the last, counted from 1. */
  readonly from: number;
  readonly to: number;
  /** Why it could not, or broke off; null for what was spoken. */
  readonly code: string | null;
  /** Milliseconds that it took. */
  readonly ms: number;
}
