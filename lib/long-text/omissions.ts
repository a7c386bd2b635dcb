import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { Passage, SegmentPlan } from './segment-plan.js';

/**
 * Codes by which a provider says, or shows, that it cannot say just this text. All others mean that it is not there, or not well, or
 * lets nobody in: then the next sentence would fare no better.
 */
const ABOUT_THE_TEXT: ReadonlySet<string> = new Set([
  'unsupported',
  'empty',
  'not_audio',
  'engine_failed',
  'too_large',
  'status.400',
  'status.413',
  'status.422',
  // What servers say to text that their voice cannot pronounce.
  'status.500',
]);

/** Segments in a row that may be left out before somebody has to show that it can still speak. */
const MOST_UNPROVEN = 2;

/** Says whether a provider's failure is about the text that it was to say. */
export function isAboutText(code: string): boolean {
  return ABOUT_THE_TEXT.has(code);
}

export interface OmissionsOptions {
  readonly plan: SegmentPlan;
  /** Whether anything may be left out. */
  readonly isAllowed: boolean;
  /** Finds out whether anybody would still speak what has been spoken. */
  readonly canSpeak: (passage: Passage) => Promise<boolean>;
}

/**
 * Decides what is left out of a speech, because nobody can say it: no more than half of it, and only while somebody can say other
 * things. A speech whose providers have died one after the other is not to look like one that came to its end.
 */
export class Omissions {
  readonly #options: OmissionsOptions;
  #letters = 0;
  /** Segments that were left out since somebody has spoken. */
  #unproven = 0;
  #code: SpeechErrorCode = 'unsupported';
  #spoken: Passage | undefined;
  #isRestOwed = false;

  constructor(options: OmissionsOptions) {
    this.#options = options;
  }

  /** Notes what somebody has spoken. */
  spoken(passage: Passage): void {
    this.#spoken = passage;
    this.#unproven = 0;
  }

  /**
   * Leaves out the next segment.
   *
   * Rejects with a `SpeechError` of the last failure's code where that may not be: then the speech breaks off.
   */
  async leaveOut({ codes, last }: Failed): Promise<void> {
    const { plan, isAllowed } = this.#options;
    this.#code = last;
    const isTheText = [...codes.values()].some(isAboutText);
    const isTooMuch = 2 * (this.#letters + plan.passage(0).weight) > plan.weight;
    if (!isAllowed || !isTheText || isTooMuch) throw this.#nobodyIsLeft();
    if (this.#unproven >= MOST_UNPROVEN) await this.#prove();
    this.leftOut(plan.passage(0));
    plan.advance(plan.passage(0));
  }

  /** Notes what was left out. */
  leftOut({ weight }: Passage): void {
    this.#letters += weight;
    this.#unproven += 1;
    this.#isRestOwed = this.#spoken !== undefined;
  }

  /** Says whether silence is to stand before what comes next, in place of what was left out; once. */
  takeRest(): boolean {
    const isOwed = this.#isRestOwed;
    this.#isRestOwed = false;
    return isOwed;
  }

  /** Ends the speech. Rejects where the end of it was left out, and nobody can say anything any more. */
  async end(): Promise<void> {
    if (this.#unproven > 0) await this.#prove();
  }

  /** Has somebody show that it was the text which could not be said. */
  async #prove(): Promise<void> {
    if (this.#spoken === undefined || !(await this.#options.canSpeak(this.#spoken))) throw this.#nobodyIsLeft();
    this.#unproven = 0;
  }

  #nobodyIsLeft(): SpeechError {
    return new SpeechError(this.#code, 'nobody is left to go on');
  }
}

/** Who has failed, and how. */
interface Failed {
  readonly codes: ReadonlyMap<string, SpeechErrorCode>;
  readonly last: SpeechErrorCode;
}
