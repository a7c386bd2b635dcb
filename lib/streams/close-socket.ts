import type { Socket } from 'node:net';
import { discard } from './discard.js';

/**
 * Milliseconds between the last bytes and a reset. One that comes together with bytes still to be read is an orderly end to whoever reads
 * with libuv, as every Node client does.
 */
const RESET_DELAY = 100;

/** Says whether the other side can be shown a reset: TCP has one; a unix socket, a pipe and TLS have none, and Node throws there. */
export function canReset(socket: Socket): boolean {
  return !('encrypted' in socket) && socket.localPort !== undefined;
}

/** Closes a connection at once, by a reset where there is one. What still waits to be read is lost. Never throws. */
export function closeNow(socket: Socket): void {
  try {
    if (canReset(socket)) socket.resetAndDestroy();
  } catch {
    // It was closed meanwhile, or is made of something else than it looks like.
  }
  discard(socket);
}

/** Resets a connection once the other side has been sent, and has had time to read, all that waits. Never throws. */
export function resetBehind(socket: Socket): void {
  const reset = (): void => {
    setTimeout(closeNow, RESET_DELAY, socket).unref();
  };
  try {
    socket.write('', reset);
  } catch {
    closeNow(socket);
  }
}

/** Writes some last bytes behind all that waits, and closes the connection once the other side has been sent them. Never throws. */
export function closeBehind(socket: Socket, bytes: string): void {
  try {
    if (bytes !== '') socket.write(bytes, 'latin1');
    socket.destroySoon();
  } catch {
    discard(socket);
  }
}

/**
 * Calls back when a connection has closed. Many may wait for that at once, each of its requests, without Node taking them for a leak.
 *
 * @returns a function that ends the waiting
 */
export function followClose(socket: Socket | undefined, callback: () => void): () => void {
  socket?.setMaxListeners(socket.getMaxListeners() + 1);
  socket?.once('close', callback);
  return () => {
    socket?.off('close', callback);
    socket?.setMaxListeners(Math.max(0, socket.getMaxListeners() - 1));
  };
}
