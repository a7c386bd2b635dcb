import type { Readable } from 'node:stream';

/** Says that a stream gave something else than bytes. */
export class NotBytesError extends TypeError {
  override readonly name = 'NotBytesError';
  readonly code = 'ERR_NOT_BYTES';

  constructor() {
    super('the stream is not one of bytes');
  }
}

/**
 * Reads what has come of a stream, and then the rest of it where there is one.
 *
 * @throws whatever the stream fails with, and a `NotBytesError` where it turns out to be none of bytes
 */
export async function* readPieces(
  begun: readonly Uint8Array[],
  rest: Readable | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* begun;
  if (rest === undefined) return;
  for await (const piece of rest as AsyncIterable<unknown>) {
    if (!(piece instanceof Uint8Array)) throw new NotBytesError();
    yield piece;
  }
}
