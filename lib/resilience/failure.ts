/** What the guards need to know of an error: a stable code, and whether trying elsewhere can help. */
export interface Failure {
  readonly code: string;
  readonly fallbackHelps: boolean;
}

/** Reads a failure from whatever was thrown; a thing without a code is `internal`. */
export function failureOf(thrown: unknown): Failure {
  const fields: { code?: unknown; fallbackHelps?: unknown } =
    typeof thrown === 'object' && thrown !== null ? thrown : {};
  return {
    code: typeof fields.code === 'string' ? fields.code : 'internal',
    fallbackHelps: fields.fallbackHelps !== false,
  };
}
