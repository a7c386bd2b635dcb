/** What has come of a body. */
export interface Received {
  bytes: number;
  /** Whether it broke off before its end. */
  isBroken: boolean;
}

/**
 * Yields a body piece by piece as it is asked for, so that a slow reader slows down the server. It never throws: `received` says whether
 * the end is the end. A body that sends nothing for `timeout` milliseconds while more is asked for counts as broken.
 */
export async function* readBytes(
  body: Response['body'],
  timeout: number,
  received: Received,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  const letGo = (): void => {
    reader.cancel().catch(() => undefined);
  };
  try {
    for (;;) {
      const timer = setTimeout(() => {
        received.isBroken = true;
        letGo();
      }, timeout);
      const { value } = await reader.read().finally(() => {
        clearTimeout(timer);
      });
      if (value === undefined) return;
      received.bytes += value.length;
      yield value;
    }
  } catch {
    received.isBroken = true;
  } finally {
    letGo();
  }
}

/** Reads all of a body, or what there is of it. */
export async function readBlob(body: Response['body'], timeout: number, received: Received, type = ''): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of readBytes(body, timeout, received)) pieces.push(piece);
  return new Blob(pieces, { type });
}
