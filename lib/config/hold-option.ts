import { z } from 'zod';
import { MOST_MILLISECONDS, wholeNumber } from '../options/schemas.js';

/** Says in a file what `Infinity` says in code, which no JSON can: sound is held until it is whole. */
const WHOLE = 'whole';

/**
 * Milliseconds. A server that makes sound fifty times as fast as it is heard has all of 300 letters by then, and the embedded engine nearly
 * all; whoever waits for a slow one hears the first sound half a second later. Measured in bench/hold.js.
 */
const DEFAULT_HOLD = 500;

const error = `expected a whole number of milliseconds from 0 to ${String(MOST_MILLISECONDS)}, or "${WHOLE}"`;
const milliseconds = wholeNumber('milliseconds', 0, MOST_MILLISECONDS);

/** The option as a file may say it. */
export const HOLD_IN_FILE = z.union([milliseconds, z.literal(WHOLE)], { error }).default(DEFAULT_HOLD);

/** The option as code may say it. */
export const HOLD_SCHEMA = z
  .union([milliseconds, z.literal(WHOLE), z.literal(Infinity)], { error })
  .default(DEFAULT_HOLD);

/** Reads the option: milliseconds, or Infinity. */
export function holdOf(option: z.output<typeof HOLD_SCHEMA>): number {
  return option === WHOLE ? Infinity : option;
}

/** Says the option as a file would. */
export function plainHold(option: unknown): unknown {
  return option === Infinity ? WHOLE : option;
}
