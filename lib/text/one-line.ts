import { MARK_KINDS } from '../speech/mark-kinds.js';
import type { SpeechRequest } from '../speech/request.js';
import { squeezeBlanks } from './blanks.js';
import { hideMarks, showMarks } from './marks.js';
import { endSentence } from './normalize/sentence-end.js';
import { isPronounceable } from './pronounceable.js';
import { paragraphsOf } from './sentences.js';

/**
 * Puts the text of a request that is spoken in one call into one line, as the segments of a long text are: servers stop at the first
 * line break, or make a pause of every one. The lines stay beside it for whoever reads by them.
 *
 * @param endsParagraphs whether a paragraph without a mark at its end is given one, as a voice would rest there
 */
export function inOneLine(request: SpeechRequest, endsParagraphs: boolean): SpeechRequest {
  if (!/[\n\r\u2028\u2029]/.test(request.input)) return request;
  const join = endsParagraphs ? joinParagraphs : squeezeBlanks;
  const { marked } = request;
  const rest = marked === undefined ? {} : { marked: joinMarked(marked, join) };
  return { ...request, ...rest, input: join(request.input), lines: request.input };
}

function joinParagraphs(text: string): string {
  const all = [...paragraphsOf(text)];
  // A line of signs is the rest between two paragraphs, which the mark at the end of the one before makes.
  const said = all.filter(isPronounceable);
  const paragraphs = said.length === 0 ? all : said;
  return paragraphs.map((paragraph, at) => (at < paragraphs.length - 1 ? endSentence(paragraph) : paragraph)).join(' ');
}

function joinMarked(marked: string, join: (text: string) => string): string {
  const { text, marks } = hideMarks(marked);
  return showMarks({ text: join(text), marks }, MARK_KINDS);
}
