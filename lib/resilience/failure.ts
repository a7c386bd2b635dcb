/** What the guards need to know of an error: a stable code, and whether trying elsewhere or again can help. */
export interface Failure {
  /** What went wrong, as a word that stays the same. */
  readonly code: string;
  /** Whether asking elsewhere may help; it does not where the caller is wrong, or has left. */
  readonly fallbackHelps: boolean;
  /** Whether the same call may succeed a moment later. */
  readonly retryHelps: boolean;
  /** Milliseconds that the service asked to be left alone for, if it did. */
  readonly retryAfter: number | undefined;
}

/** Reads a failure from whatever was thrown; a thing without a code is `internal`, and is not tried again. */
export function failureOf(thrown: unknown): Failure {
  const fields: { code?: unknown; fallbackHelps?: unknown; retryHelps?: unknown; retryAfter?: unknown } =
    typeof thrown === 'object' && thrown !== null ? thrown : {};
  return {
    code: typeof fields.code === 'string' ? fields.code : 'internal',
    fallbackHelps: fields.fallbackHelps !== false,
    retryHelps: fields.retryHelps === true,
    retryAfter: typeof fields.retryAfter === 'number' && fields.retryAfter >= 0 ? fields.retryAfter : undefined,
  };
}
