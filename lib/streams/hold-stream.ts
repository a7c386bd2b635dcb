import type { Readable } from 'node:stream';
import { discard } from './discard.js';
import { NotBytesError } from './read-pieces.js';

export interface HoldOptions {
  /** Calls back when the stream has been held for long enough; returns what cancels that. */
  readonly startTimer: (callback: () => void) => () => void;
  /** Says whether there is room for so many bytes more. Asked once for each piece, in order. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Aborts when nobody wants the stream any more. */
  readonly signal: AbortSignal;
}

/**
 * What came of a stream that was held: all of it; a part, and the rest still to be read, as the time was up or there was no room; or
 * nothing of use, as it failed.
 */
export type Held =
  | { readonly end: 'whole' | 'late' | 'full'; readonly pieces: readonly Uint8Array[] }
  | { readonly end: 'broken'; readonly thrown: unknown };

/**
 * Reads a stream into memory until it ends, or for as long and as much as it may. What was not read is left in it, at rest; a stream
 * that fails is let go of. Resolves in every case.
 */
export function holdStream(stream: Readable, { startTimer, hasRoom, signal }: HoldOptions): Promise<Held> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let thrown: unknown;
    let isSettled = false;
    const settle = (held: Held): void => {
      isSettled = true;
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
      resolve(held);
    };
    const rest = (end: 'late' | 'full'): void => {
      stream.pause();
      settle({ end, pieces });
    };
    const fail = (reason: unknown): void => {
      settle({ end: 'broken', thrown: reason });
      discard(stream);
    };
    const onData = (piece: unknown): void => {
      if (!(piece instanceof Uint8Array)) {
        fail(new NotBytesError());
        return;
      }
      pieces.push(piece);
      if (!hasRoom(piece.length)) rest('full');
    };
    const onEnd = (): void => {
      settle({ end: 'whole', pieces });
    };
    // Those who count failures hear of it when the stream closes, and so before whoever asks somebody else.
    const onError = (error: unknown): void => {
      if (isSettled) return;
      thrown = error;
      setImmediate(onClose);
    };
    const onClose = (): void => {
      if (isSettled) return;
      fail(thrown ?? Object.assign(new Error('the stream closed early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
    };
    const onAbort = (): void => {
      fail(signal.reason);
    };
    const cancelTimer = startTimer(() => {
      rest('late');
    });
    // Stays for good: a stream may fail when it is let go of.
    stream.on('error', onError);
    stream.once('end', onEnd);
    stream.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (stream.readableEnded) onEnd();
    else if (stream.destroyed) onError(stream.errored ?? undefined);
    else {
      stream.on('data', onData);
      stream.resume();
    }
  });
}
