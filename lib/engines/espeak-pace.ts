/** Words a minute at normal pace, espeak's own. */
const NORMAL_RATE = 175;
/** The slowest that espeak speaks; what is less it takes for this. */
const LEAST_RATE = 80;

/** A pace, as far as espeak keeps it itself, and how much faster its sound has to be made for the rest. */
export interface EspeakPace {
  /** Words a minute. */
  readonly rate: number;
  readonly factor: number;
}

/**
 * Translates a pace for espeak.
 *
 * @param mostRate the fastest that it speaks, in words a minute: 450 by itself, without a limit where it is built with libsonic
 */
export function espeakPace(speed: number, mostRate = Infinity): EspeakPace {
  const rate = Math.round(Math.min(mostRate, Math.max(LEAST_RATE, NORMAL_RATE * speed)));
  const isKept = rate === Math.round(NORMAL_RATE * speed);
  return { rate, factor: isKept ? 1 : (NORMAL_RATE * speed) / rate };
}
