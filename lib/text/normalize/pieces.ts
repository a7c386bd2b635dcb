import { slicesOf } from '../slices.js';
import { columnsOf } from './markdown-table.js';

/** A part of a text, which is read by itself. */
export interface Piece {
  readonly text: string;
  /** Whether it goes on with the paragraph that the piece before ended in the middle of. */
  readonly continues: boolean;
}

/** Characters from which on a piece ends with the next paragraph that stands by itself. */
const ENOUGH = 400;
/** Characters at which a piece ends in any case: what a parser costs grows with the square of some of them, so that they must be few. */
const MOST = 1_200;
/** Longest header of a table that is repeated when the table is cut. */
const MOST_HEADER = MOST / 2;

/** What goes on over several lines, and has to be begun anew behind a cut. */
interface Region {
  readonly kind: 'fence' | 'table' | 'comment' | 'maths';
  /** What begins it behind a cut, and what ends it before. */
  readonly open: string;
  readonly close: string;
  /** The sign that ends a fence. */
  readonly sign: string;
}

/**
 * Cuts a text in Markdown into pieces that are read one by one: where a paragraph begins that belongs to nothing before it, and a long
 * list, table or paragraph within itself, as far as possible without a difference to what is said.
 */
export function* piecesOf(text: string): Generator<Piece> {
  let piece = '';
  let continues = false;
  let before = '\n';
  let region: Region | undefined;
  let read = 0;
  // What never ends is none: a comment, or a formula.
  const lastEnds = new Map(['-->', '$$', '\\]'].map((end) => [end, text.lastIndexOf(end)]));
  const mayEnd = (end: string): boolean => (lastEnds.get(end) ?? -1) >= read;
  for (const line of linesOf(text)) {
    const isAlone = region === undefined && before.trim() === '' && BEGINS_ALONE.test(line);
    if (piece.length >= ENOUGH && isAlone) {
      yield { text: piece, continues };
      piece = '';
      continues = false;
    } else if (piece.length + line.length > MOST && piece !== '') {
      yield { text: piece + (region?.close ?? ''), continues };
      piece = region?.open ?? '';
      continues = region === undefined && before.trim() !== '';
    }
    // What stands in the middle of a line begins no list and no heading.
    piece += piece === '' && !before.endsWith('\n') ? line.replace(BLOCK_SIGN, '$1\\') : line;
    read += line.length;
    if (region !== undefined) region = isEnded(line, region) ? undefined : region;
    else region = regionBegunBy(line, before, mayEnd);
    before = line;
  }
  if (piece !== '') yield { text: piece, continues };
}

/** The place before a sign that begins a list, a quote, a heading, a rule or code where it stands first in its line. */
const BLOCK_SIGN = /^(\s*)(?=[-*+]\s|>|#{1,6}\s|[-=~`]{3})/;

/** The beginning of a line that continues neither a list, a quote nor a table. */
const BEGINS_ALONE = /^(?![-*+>|\s]|\d{1,9}[.)])/;

/** Yields the lines of a text, each with its break, and those that are too long in parts. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end + 1;
    if (to - from <= MOST) yield text.slice(from, to);
    else yield* slicesOf(text.slice(from, to), MOST / 2);
    from = to;
  }
}

const FENCE = /^((?: {0,3}> ?){0,8})( {0,12})(`{3,}|~{3,})(.*)/;
const MATHS = /^\s{0,12}(\$\$|\\\[)/;

/** Says what a line begins and does not end. */
function regionBegunBy(line: string, before: string, mayEnd: (end: string) => boolean): Region | undefined {
  const [whole, , , sign = '', info = ''] = FENCE.exec(line) ?? [];
  // A sign of code behind it makes it code in a line.
  if (whole !== undefined && !(sign.startsWith('`') && info.includes('`'))) {
    return { kind: 'fence', open: `${whole}\n`, close: '', sign };
  }
  if (mayEnd('-->') && line.lastIndexOf('<!--') > line.lastIndexOf('-->')) {
    return { kind: 'comment', open: '<!--\n', close: '\n-->\n', sign: '-->' };
  }
  const maths = MATHS.exec(line)?.[1];
  if (maths !== undefined) {
    const close = maths === '$$' ? '$$' : '\\]';
    const isOpen = mayEnd(close) && !line.slice(line.indexOf(maths) + maths.length).includes(close);
    return isOpen ? { kind: 'maths', open: `${maths}\n`, close: `\n${close}\n`, sign: close } : undefined;
  }
  const header = `${before.trimEnd()}\n${line.trimEnd()}\n`;
  const isTable = before.includes('|') && columnsOf(line.trim()) > 0 && header.length <= MOST_HEADER;
  return isTable ? { kind: 'table', open: header, close: '', sign: '' } : undefined;
}

function isEnded(line: string, { kind, open, sign }: Region): boolean {
  if (kind === 'table') return line.trim() === '';
  if (kind !== 'fence') return line.includes(sign);
  const [, quote = '', indent = ''] = FENCE.exec(open) ?? [];
  const [, closingQuote, , closing = '', behind = ''] = FENCE.exec(line) ?? [];
  if (closing.startsWith(sign) && behind.trim() === '' && closingQuote?.trim() === quote.trim()) return true;
  // A quote ends with its lines, and what stands within the item of a list with the item.
  if (quote !== '') return !line.trimStart().startsWith('>');
  return indent.length >= 2 && line.trim() !== '' && !line.startsWith(' ');
}
