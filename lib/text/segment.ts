import { codePointLength, isLongerThan } from './characters.js';
import { endSentence } from './normalize/sentence-end.js';
import { isPronounceable } from './pronounceable.js';
import { paragraphsOf, sentencesIn } from './sentences.js';
import { fitting, weightOf, WIDE, WIDE_WEIGHT } from './spoken-weight.js';

/** How long a segment is to be, in weights: shorter ones cost more calls than they save time, longer ones delay what comes next. */
export interface SegmentLimits {
  readonly least: number;
  readonly most: number;
  /** The most for the first one, for which somebody waits. The same as for the others where it is not said. */
  readonly first?: number;
}

export const SEGMENT_LIMITS: SegmentLimits = { least: 25, most: 300 };

/** Least length from which on a sentence is not read to its end before it is cut. */
const LEAST_LONG_SENTENCE = 1_000;

/** Where a sentence that is too long may be cut, best first. A sign between two digits or in an address is none of its pauses. */
const CUTS = [/[;:](?=\s)|[；：]/gu, /,(?=\s)|[，、،]/gu, /\s/gu];

/** Characters around a cut by which the parts of one are told. */
const NEAR = 64;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts text into pieces at the ends of sentences and paragraphs, in any script. Short ones are joined and long ones cut. No word is
 * lost; a line of signs that nobody says becomes the rest between two pieces.
 */
export function segmentsOf(text: string, limits: SegmentLimits = SEGMENT_LIMITS): string[] {
  return [...cutText(text, limits)];
}

/** Does the same piece by piece, with little work for each, so that others can have a turn between them. */
export function cutText(text: string, limits: SegmentLimits = SEGMENT_LIMITS): Generator<string> {
  return new Cutter(text, limits).cut();
}

/** Says whether a text is longer than so many letters. Digits and signs count as one: a price list is not long text for its numbers. */
export function isBeyondSegment(text: string, most: number): boolean {
  if (isLongerThan(text, most)) return true;
  // Nearly all short text is so short that nobody has to look at it.
  if (text.length * WIDE_WEIGHT <= most) return false;
  const wide = text.match(WIDE)?.length ?? 0;
  return codePointLength(text) + (WIDE_WEIGHT - 1) * wide > most;
}

/** Shortens rows of one sign, such as a line drawn with a hundred of them: three say as much. */
export function squeezeRuns(text: string): string {
  return text.replace(/([^\p{L}\p{M}\p{N}\s])\1{3,}/gu, '$1$1$1');
}

/** Text that is not given away yet, and its weight. */
interface Piece {
  readonly text: string;
  readonly weight: number;
  /** Whether what follows is another paragraph. */
  readonly endsParagraph?: boolean;
}

class Cutter {
  readonly #text: string;
  readonly #least: number;
  readonly #most: number;
  readonly #first: number;
  /** Whether anything is said at all: in a text of signs alone, they are what there is. */
  readonly #hasWords: boolean;
  /** Sentences that are too short to stand alone. */
  #pending: Piece | undefined;
  /** The last segment, which a scrap behind it may still join. */
  #held: Piece | undefined;
  #count = 0;

  constructor(text: string, { least, most, first = most }: SegmentLimits) {
    this.#text = text;
    this.#least = least;
    this.#most = most;
    this.#first = first;
    this.#hasWords = isPronounceable(text);
  }

  *cut(): Generator<string> {
    for (const paragraph of paragraphsOf(this.#text)) {
      if (!this.#isKept(paragraph)) continue;
      if (this.#pending !== undefined) this.#pending = { ...this.#pending, endsParagraph: true };
      if (this.#held !== undefined) this.#held = { ...this.#held, endsParagraph: true };
      const longest = Math.max(LEAST_LONG_SENTENCE, this.#most);
      for (const sentence of sentencesIn(paragraph, longest)) yield* this.#take(sentence);
    }
    const last = this.#pending;
    if (last !== undefined && !this.#joinsHeld(last)) yield* this.#add(last.text);
    if (this.#held !== undefined) yield this.#held.text;
  }

  *#take(sentence: string): Generator<string> {
    const next = pieceOf(sentence);
    if (!this.#isKept(sentence)) {
      this.#attach(next);
      return;
    }
    if (this.#pending !== undefined && joined(this.#pending, next).weight > this.#limit(this.#count)) {
      yield* this.#add(this.#pending.text);
      this.#pending = undefined;
    }
    this.#pending = this.#pending === undefined ? next : joined(this.#pending, next);
    if (this.#pending.text.length < this.#least) return;
    yield* this.#add(this.#pending.text);
    this.#pending = undefined;
  }

  /** Keeps signs in the flow of a paragraph with the words before or behind them, where there is room. */
  #attach(signs: Piece): void {
    if (this.#pending !== undefined) {
      const both = joined(this.#pending, signs);
      if (both.weight <= this.#limit(this.#count)) this.#pending = both;
    } else if (this.#held === undefined) {
      if (signs.weight <= this.#limit(0)) this.#pending = signs;
    } else this.#joinsHeld(signs);
  }

  #joinsHeld(piece: Piece): boolean {
    const both = this.#held && joined(this.#held, piece);
    if (both === undefined || both.weight > this.#limit(this.#count - 1)) return false;
    this.#held = both;
    return true;
  }

  *#add(whole: string): Generator<string> {
    let rest = whole;
    for (
      let fit = fitting(rest, this.#limit(this.#count));
      fit < rest.length;
      fit = fitting(rest, this.#limit(this.#count))
    ) {
      const at = cutPosition(rest, fit);
      yield* this.#hold(rest.slice(0, at).trim());
      rest = rest.slice(at).trim();
    }
    if (rest !== '') yield* this.#hold(rest);
  }

  *#hold(segment: string): Generator<string> {
    if (!this.#isKept(segment)) return;
    if (this.#held !== undefined) yield this.#held.text;
    this.#held = pieceOf(segment);
    this.#count += 1;
  }

  /** Most weight of a segment with so many before it. */
  #limit(before: number): number {
    return before === 0 ? this.#first : this.#most;
  }

  #isKept(text: string): boolean {
    return !this.#hasWords || isPronounceable(text);
  }
}

function pieceOf(text: string): Piece {
  return { text, weight: weightOf(text) };
}

/** A paragraph that another one joins is heard as a sentence, whether or not a mark ends it. */
function joined(one: Piece, other: Piece): Piece {
  const before = one.endsParagraph === true ? endSentence(one.text) : one.text;
  const added = before.length - one.text.length + 1;
  return { text: `${before} ${other.text}`, weight: one.weight + added + other.weight };
}

/** Finds the last good place to cut a text that is longer than fits. */
function cutPosition(text: string, fit: number): number {
  for (const pattern of CUTS) {
    let last = 0;
    for (const { 0: found, index } of text.slice(0, fit + 1).matchAll(pattern)) {
      const end = index + found.trim().length;
      if (end <= fit) last = end;
    }
    // A cut in the first third would leave a scrap.
    if (last > fit / 3) return last;
  }
  // Not between a letter and its accents, nor within an emoji made of several; unless that alone is longer than fits.
  const start = Math.max(0, fit - NEAR);
  const grapheme = GRAPHEMES.segment(text.slice(start, fit + NEAR)).containing(fit - start);
  return grapheme === undefined || grapheme.index === 0 ? fit : start + grapheme.index;
}
