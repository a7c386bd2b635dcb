/**
 * Lets go of a stream that nobody wants any more, whatever it is and whatever state it is in. Never throws: a stream of the user's
 * own may fail at being destroyed, and one that fails later, with nobody left to listen, would end the process.
 *
 * @param error what those who still listen are told
 */
export function discard(stream: unknown, error?: Error): void {
  if (typeof stream !== 'object' || stream === null) return;
  try {
    if (isEmitter(stream)) stream.on('error', ignore);
    if (!isDestroyable(stream)) return;
    const returned = stream.destroy(error);
    if (returned instanceof Promise) returned.catch(ignore);
  } catch {
    // It is let go of all the same: nobody holds it any more.
  }
}

function isEmitter(value: object): value is { on(event: string, listener: () => void): unknown } {
  return 'on' in value && typeof value.on === 'function';
}

function isDestroyable(value: object): value is { destroy(error?: Error): unknown } {
  return 'destroy' in value && typeof value.destroy === 'function';
}

function ignore(): void {
  // Whoever let go of it has said all there is to say.
}
