import { MARK_KINDS, type MarkKind } from '../speech/mark-kinds.js';

interface Mark {
  readonly kind: MarkKind;
  /** What stands behind the word, or the tag. */
  readonly source: string;
}

/** A text in which every mark is one character of a private alphabet, so that no reader takes it for something else. */
export interface MarkedText {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** Stands before a word whose pronunciation is marked, and for the blanks in it, so that it stays in one piece. */
const OPEN = '\uE000';
const BLANK = '\uE001';
/** The first of the characters that stand for a mark, each for one of them; and how many there are. */
const FIRST = 0xf0000;
const MOST_MARKS = 0xfffe;
const SIGN = String.raw`[\u{F0000}-\u{FFFFD}]`;

/**
 * `[Kokoro](/kˈOkəɹO/)` and `[word](+1)`, as Kokoro reads them. Between the slashes stands at least one letter that only sounds are
 * written with, as `[Guide](/guide/)` is a link; and a stress has its sign, as `[1](2)` is none.
 */
const PRONUNCIATION =
  /(?<![!\\`])\[([^[\]\n]{1,100})\](\(\/[^/()\n]{0,100}?[æðŋ\u0250-\u02FF\u1D00-\u1DBF\u3105-\u312F\u31A0-\u31BF][^/()\n]{0,100}\/\)|\([+-](?:[0-9]|0?\.5)\))/gu;

/** Sounds that are no words, as Orpheus, Chatterbox, Bark and others take them. */
const SOUNDS = [
  'laugh(?:s|ing|ter)?|chuckl(?:es?|ing)|giggl(?:es?|ing)|snort(?:s|ing)?|sigh(?:s|ing)?|groan(?:s|ing)?|moan(?:s|ing)?',
  'cough(?:s|ing)?|sniff(?:les?|s|ing)?|sneez(?:es?|ing)|gasp(?:s|ing)?|yawn(?:s|ing)?|gulp(?:s|ing)?|hum(?:s|ming)?',
  'cry|cries|crying|sob(?:s|bing)?|scream(?:s|ing)?|whisper(?:s|ing)?|breath(?:es?|ing)?|(?:in|ex)hal(?:es?|ing)',
  'clears?[ _-]throat|shush',
].join('|');
const TAG = new RegExp(String.raw`(?<!\x60)(?:</?(?:${SOUNDS})\s?/?>|\[(?:${SOUNDS})\](?![(\[:]))(?!\x60)`, 'giu');

/** Without one of these there is no mark. */
const SUSPECT = /\]\(|<\/?[a-z]|\[[a-z]/i;

const SHOWN = new RegExp(
  String.raw`${OPEN}([^${OPEN}\u{F0000}-\u{FFFFD}]*)(${SIGN})|(?<![^\S\n])([^\S\n]*)(${SIGN})|${OPEN}`,
  'gu',
);

/** Says whether there is a mark in a text. */
export function hasMarks(text: string): boolean {
  return SUSPECT.test(text) && (text.search(PRONUNCIATION) >= 0 || text.search(TAG) >= 0);
}

/** Puts a character in place of every mark. The text has to be clean: none of the private alphabet may be in it. */
export function hideMarks(text: string): MarkedText {
  const marks: Mark[] = [];
  if (!SUSPECT.test(text)) return { text, marks };
  const signOf = (mark: Mark): string => String.fromCodePoint(FIRST + marks.push(mark) - 1);
  const hidden = text
    .replace(PRONUNCIATION, (whole, word: string, source: string) =>
      marks.length < MOST_MARKS
        ? OPEN + word.replaceAll(' ', BLANK) + signOf({ kind: 'pronunciation', source })
        : whole,
    )
    .replace(TAG, (source) => (marks.length < MOST_MARKS ? signOf({ kind: 'tags', source }) : source));
  return { text: hidden, marks };
}

/** Writes a text out again, with the marks of these kinds. A word whose mark is left out stays, a tag goes; blanks at the ends may stay. */
export function showMarks({ text, marks }: MarkedText, kinds: readonly MarkKind[]): string {
  if (marks.length === 0) return text;
  const markOf = (sign: string): Mark | undefined => marks[(sign.codePointAt(0) ?? 0) - FIRST];
  const shown = text.replace(
    SHOWN,
    (whole, word?: string, behind?: string, blanks?: string, tag?: string, at?: unknown): string => {
      if (word !== undefined && behind !== undefined) {
        const mark = markOf(behind);
        return mark?.kind === 'pronunciation' && kinds.includes(mark.kind) ? `[${word}]${mark.source}` : word;
      }
      if (tag === undefined) return '';
      const mark = markOf(tag);
      if (mark?.kind === 'tags' && kinds.includes(mark.kind)) return `${blanks ?? ''}${mark.source}`;
      return blanks === '' && isBetweenLetters(text, Number(at), whole.length) ? ' ' : '';
    },
  );
  return shown.replaceAll(BLANK, ' ');
}

function isBetweenLetters(text: string, at: number, length: number): boolean {
  return /[\p{L}\p{N}]/u.test(text.charAt(at - 1)) && /[\p{L}\p{N}]/u.test(text.charAt(at + length));
}

/** Takes the marks out of a text that are not of these kinds. */
export function withMarks(text: string, kinds: readonly MarkKind[]): string {
  return kinds.length === MARK_KINDS.length ? text : showMarks(hideMarks(text), kinds).trim();
}
