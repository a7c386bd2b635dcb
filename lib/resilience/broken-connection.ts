/**
 * What Node and undici, which is behind `fetch`, call a connection that was there and broke: most often one that was kept open, and that
 * the service closed at the moment at which it was used again.
 */
const BROKEN: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** `fetch` wraps once, and others once more. */
const MOST_WRAPPINGS = 4;

/** Says whether an error, or what caused it, is a connection that broke. */
export function isBrokenConnection(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MOST_WRAPPINGS && typeof current === 'object' && current !== null; depth += 1) {
    const { code, cause } = current as { readonly code?: unknown; readonly cause?: unknown };
    if (BROKEN.has(code)) return true;
    current = cause;
  }
  return false;
}
