/**
 * Calls somebody else's function whose fault is to be its own: neither what it throws nor what its promise rejects with, at once or
 * later, goes any further. Nobody waits for a promise.
 */
export function callQuietly(call: () => unknown): void {
  try {
    muteRejection(call());
  } catch {
    // There is nobody here to tell, and whoever was to be told goes on.
  }
}

/** Hears a rejection, so that it ends no process. Takes any value; promises of another realm and look-alikes count as promises. */
export function muteRejection(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const settled = new Promise((resolve) => {
    resolve(value);
  });
  settled.catch(() => undefined);
}
