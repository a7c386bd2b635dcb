import { weightOf } from './spoken-weight.js';

/**
 * Seconds that a letter takes at the least and at the most, at the usual pace. English takes 54 to 60 ms, measured with the voices of
 * this package; the fastest speech that people follow, 350 words a minute, takes 34; slow voices that dwell on each word take 150 to 200.
 * A Chinese character, which counts as three letters, takes 256.
 */
const LEAST_PER_LETTER = 0.035;
const MOST_PER_LETTER = 0.2;

/** Seconds of silence that may stand around a speech. */
const MOST_SILENCE = 3;

/** Seconds that no speech lasts, and as many for each character: the slowest to say are emoji, whose two take a second or two. */
const BOUND = 10;
const BOUND_PER_CHARACTER = 1;

/** Characters of which something is heard, whatever a voice makes of the others, and those among them that are words. */
const HEARD = /[\p{L}\p{N}]/gu;
const WORDS = /[\p{Script=Han}\p{Script=Hangul}]/gu;

/** What is spoken, and how fast: some servers heed that, some do not. */
export interface SpokenText {
  readonly input: string;
  readonly speed: number;
}

/** Says whether sound of so many seconds can be all of a text: what was cut in the middle mostly cannot. */
export function canBeAllOf({ input, speed }: SpokenText, seconds: number): boolean {
  const letters = (input.match(HEARD)?.length ?? 0) + 2 * (input.match(WORDS)?.length ?? 0);
  const least = (letters * LEAST_PER_LETTER) / Math.max(1, speed);
  return seconds >= least && isWithinSpeech({ input, speed }, seconds);
}

/** Says whether a text may take so many seconds, or more than that. */
export function isWithinSpeech({ input, speed }: SpokenText, seconds: number): boolean {
  return seconds <= (weightOf(input) * MOST_PER_LETTER) / Math.min(1, speed) + MOST_SILENCE;
}

/** Returns seconds that no speech of a text lasts, as a bound that costs nothing to find. */
export function mostSecondsOf({ input, speed }: SpokenText): number {
  return BOUND + (input.length * BOUND_PER_CHARACTER) / Math.min(1, speed);
}
