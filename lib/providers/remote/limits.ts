import type { RemoteTimeouts } from './options.js';

/** Characters up to which the limits stand as they were set: a long sentence or two. */
const SHORT = 500;
/** Milliseconds for each further character until the first byte, for servers that speak all of a text before they send any of it. */
const FIRST_BYTE_PER_CHARACTER = 1;
/** Milliseconds for each further character of the whole call, for servers that send as fast as one listens: a character is 60 ms of sound. */
const TOTAL_PER_CHARACTER = 60;

/** Gives a long text the time that it takes. The caller's deadline stands above it either way. */
export function limitsFor(timeout: RemoteTimeouts, characters: number): RemoteTimeouts {
  const further = characters - SHORT;
  if (further <= 0) return timeout;
  return {
    ...timeout,
    firstByte: timeout.firstByte + further * FIRST_BYTE_PER_CHARACTER,
    total: timeout.total + further * TOTAL_PER_CHARACTER,
  };
}
