import { squeezeBlanks } from './blanks.js';
import { endsSentence } from './full-stop.js';

/** Characters given to the segmenter at a time: on some versions of Node its cost grows with the square of the text. */
const WINDOW = 1_000;
/** Characters of what follows that tell whether a sentence has ended. */
const LOOK_AHEAD = 64;
/** Longest sentence. What goes on without an end has none, and is cut for its length in any case. */
const MOST_SENTENCE = 4_000;

/** Where a paragraph ends: at a blank line, and before the items of a list. Other line breaks only wrap the text. */
const PARAGRAPH_ENDS = /\n[^\S\n]*\n|\n(?=[^\S\n]*(?:[-*•–]|\d{1,9}[.)])\s)|\u2029/u;

/** A mark that ends sentences, with something behind it. Without one, there is no need to ask the segmenter, which costs the most. */
const MAY_END = /[\p{Sentence_Terminal}…]\P{Sentence_Terminal}/u;

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** Yields the paragraphs of a text, each in one line. */
export function* paragraphsOf(text: string): Generator<string> {
  for (const paragraph of text.split(PARAGRAPH_ENDS)) {
    const line = squeezeBlanks(paragraph);
    if (line !== '') yield line;
  }
}

/** Yields the sentences of a text, each in one line. Text that was broken into lines is joined again, lists are not. */
export function* sentencesOf(text: string): Generator<string> {
  for (const paragraph of paragraphsOf(text)) yield* sentencesIn(paragraph);
}

/**
 * Yields the sentences of one paragraph, in any script: where Unicode ends them, but not behind an abbreviation.
 *
 * @param longest characters from which on a sentence is cut in any case
 */
export function* sentencesIn(paragraph: string, longest: number = MOST_SENTENCE): Generator<string> {
  let sentence = '';
  for (const { text, isEnd, next } of candidatesIn(paragraph)) {
    sentence += text;
    if (sentence.length < longest && !(isEnd && endsSentence(sentence, next))) continue;
    if (sentence.trim() !== '') yield sentence.trim();
    sentence = '';
  }
  if (sentence.trim() !== '') yield sentence.trim();
}

interface Candidate {
  readonly text: string;
  /** Whether Unicode ends a sentence here. */
  readonly isEnd: boolean;
  /** The beginning of what follows. */
  readonly next: string;
}

/** Yields a paragraph in pieces that end where a sentence may, and where a window ends. */
function* candidatesIn(paragraph: string): Generator<Candidate> {
  let at = 0;
  const candidate = (text: string, isEnd: boolean): Candidate => {
    at += text.length;
    return { text, isEnd, next: paragraph.slice(at, at + LOOK_AHEAD) };
  };
  while (at < paragraph.length) {
    const window = paragraph.slice(at, at + WINDOW);
    const sentences = MAY_END.test(window) ? Array.from(SEGMENTER.segment(window), ({ segment }) => segment) : [window];
    const isLast = at + window.length === paragraph.length;
    // The last sentence of a window may go on in the next one.
    const open = isLast ? '' : (sentences.pop() ?? '');
    for (const sentence of sentences) yield candidate(sentence, true);
    if (sentences.length === 0 && open !== '') yield candidate(withoutLastWord(open), false);
  }
}

/** A word, a number or an abbreviation at the end of a window is read in the next one, where what follows is seen as well. */
function withoutLastWord(window: string): string {
  const blank = window.trimEnd().lastIndexOf(' ');
  if (blank > window.length / 2) return window.slice(0, blank);
  return /[\uD800-\uDBFF]$/.test(window) ? window.slice(0, -1) : window;
}
