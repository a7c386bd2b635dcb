/** What the app holds at a moment, after its garbage has been collected. */
export interface Sample {
  /** Bytes. */
  readonly heap: number;
  readonly rss: number;
  /** What each open file descriptor is. */
  readonly descriptors: readonly string[];
  /** Calls under way and waiting, over all providers. */
  readonly running: number;
  readonly queued: number;
}

/** What the app tells its parent. */
export type AppMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'trouble'; readonly what: string };

/** What the load tells its parent when it has ended. */
export interface LoadResult {
  /** How often each kind of client met each end. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Who answered with what, by provider. */
  readonly answers: Readonly<Record<string, number>>;
  /** Codes of the attempts that failed, by provider. */
  readonly codes: Readonly<Record<string, number>>;
  /** What should never be: hung requests and invalid replies. */
  readonly violations: readonly string[];
  readonly decoded: number;
  /** Ticks at which too many requests were under way to send another. */
  readonly heldBack: number;
  /** Milliseconds until the head of the reply, all requests for speech. */
  readonly head: { readonly p50: number; readonly p99: number; readonly worst: number };
}
