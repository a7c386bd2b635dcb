import { codePointLength, isLongerThan } from './code-points.js';

/** How long a segment is to be, in weights: shorter ones cost more calls than they save time, longer ones delay what comes next. */
export interface SegmentLimits {
  readonly least: number;
  readonly most: number;
  /** The most for the first one, for which somebody waits. The same as for the others where it is not said. */
  readonly first?: number;
}

export const SEGMENT_LIMITS: SegmentLimits = { least: 25, most: 300 };

/** Characters given to the segmenter at a time: on Node 20 its cost grows with the square of the text. */
const WINDOW = 4_000;

/** Where a sentence that is too long may be cut, best first. A sign between two digits or in an address is none of its pauses. */
const CUTS = [/[;:](?=\s)|[；：]/gu, /,(?=\s)|[，、،]/gu, /\s+/gu];

/** Characters that are words, and take as long to say as so many letters. */
const WIDE = /[\p{Script=Han}\p{Script=Hangul}]/gu;
const WIDE_WEIGHT = 3;

/** How many letters a character takes as long to say as: digits and signs are said as words. */
const WEIGHTS: readonly (readonly [characters: RegExp, weight: number])[] = [
  [/^\p{Emoji_Presentation}/u, 15],
  [/^\p{N}/u, 6],
  [/^(?:\p{S}|[#%&*/@\\_])/u, 8],
  [/^[\p{Script=Han}\p{Script=Hangul}]/u, WIDE_WEIGHT],
];

/**
 * Cuts text into pieces at the ends of sentences and paragraphs, in any script. Short ones are joined and long ones cut; nothing
 * but white space is lost.
 */
export function segmentsOf(text: string, limits: SegmentLimits = SEGMENT_LIMITS): string[] {
  const { least, most, first = most } = limits;
  const segments: string[] = [];
  const limit = (): number => (segments.length === 0 ? first : most);
  const add = (whole: string): void => {
    let rest = whole;
    for (let fit = fitting(rest, limit()); fit < rest.length; fit = fitting(rest, limit())) {
      const at = cutPosition(rest, fit);
      segments.push(rest.slice(0, at).trim());
      rest = rest.slice(at).trim();
    }
    if (rest !== '') segments.push(rest);
  };
  let pending = '';
  for (const sentence of sentencesOf(text)) {
    const joined = pending === '' ? sentence : `${pending} ${sentence}`;
    if (pending !== '' && weightOf(joined) > limit()) {
      add(pending);
      pending = sentence;
    } else pending = joined;
    if (pending.length < least) continue;
    add(pending);
    pending = '';
  }
  // A last scrap goes with the segment before it, where there is room.
  const last = segments.at(-1);
  if (
    pending !== '' &&
    last !== undefined &&
    weightOf(`${last} ${pending}`) <= (segments.length === 1 ? first : most)
  ) {
    segments[segments.length - 1] = `${last} ${pending}`;
  } else if (pending !== '') add(pending);
  return segments;
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

/** Yields the sentences of a text, each in one line. Text that was broken into lines is joined again, lists are not. */
export function* sentencesOf(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  for (const paragraph of text.split(/\n[^\S\n]*\n|\n(?=[^\S\n]*(?:[-*•–]|\d+[.)])\s)|\u2029/u)) {
    let rest = paragraph.replace(/\s+/gu, ' ').trim();
    while (rest !== '') {
      const window = rest.slice(0, wholeCharacters(rest, WINDOW));
      const sentences = [...segmenter.segment(window)].map(({ segment }) => segment);
      // The last sentence of a window may go on in the next one.
      const isLast = window.length === rest.length;
      const whole = isLast || sentences.length === 1 ? sentences : sentences.slice(0, -1);
      for (const sentence of whole) if (sentence.trim() !== '') yield sentence.trim();
      rest = rest.slice(whole.reduce((length, sentence) => length + sentence.length, 0));
    }
  }
}

/** Says how long a text takes to say, in letters. */
export function weightOf(text: string): number {
  let weight = 0;
  for (const character of text) weight += characterWeight(character);
  return weight;
}

function characterWeight(character: string): number {
  return WEIGHTS.find(([characters]) => characters.test(character))?.[1] ?? character.length;
}

/** Returns how much of a text is within a weight, one character at the least. */
function fitting(text: string, most: number): number {
  let weight = 0;
  let length = 0;
  for (const character of text) {
    weight += characterWeight(character);
    if (weight > most && length > 0) return length;
    length += character.length;
  }
  return length;
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
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const grapheme = graphemes.segment(text.slice(0, fit + WINDOW)).containing(fit);
  return grapheme === undefined || grapheme.index === 0 ? fit : grapheme.index;
}

/** Moves a position out of the middle of a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at - 1 : at;
}
