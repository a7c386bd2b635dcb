/** Milliseconds of the limits that app and load agree on: short, so that ten minutes hold an hour of faults. */
export const DEADLINE = 3_000;
/** Milliseconds for a remote's whole call, its body included. */
export const REMOTE_TOTAL = 2_000;
/** Milliseconds by which a busy machine may be late. */
export const SLACK = 2_000;
/**
 * Milliseconds after which a request hangs: its reply has not begun, has stood still, or is endless. A body may take as long as the
 * machine takes to speak it, as long as it goes on coming. Between two sentences of a long speech both remotes may take all their time
 * over the next one before the local engine has its own; meanwhile there is something to listen to.
 */
export const HANGS = {
  withoutHead: DEADLINE + SLACK,
  withoutByte: REMOTE_TOTAL + SLACK,
  betweenSentences: 2 * REMOTE_TOTAL + DEADLINE + SLACK,
  inAll: 30_000,
};
/** Milliseconds for a route that waits for nobody. */
export const PROMPT = 1_000;

/** Requests a second, and how many may be under way. */
export const RATE = 20;
export const MOST_IN_FLIGHT = 40;
