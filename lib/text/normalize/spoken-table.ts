import { dropEmojiFromWords } from './emoji.js';
import { endsInFullWidth, endSentence, withoutEnd } from './sentence-end.js';

/** Longest title of a column that is repeated in every row; a longer one is no label. */
const MOST_HEADER = 60;
/** Longest cell that is looked through for emoji. */
const MOST_CELL = 1_000;

/** Reads a table row by row, each cell with the title of its column. */
export class SpokenTable {
  #headers: readonly string[] | undefined;
  #cells: string[] = [];
  #isHeader = true;
  #hasRows = false;
  /** Whether anything has been said of its rows. */
  #hasWords = false;

  /** Begins a row. */
  open(): void {
    this.#cells = [];
    this.#isHeader = true;
  }

  add(cell: string, kind: 'header' | 'cell'): void {
    if (kind === 'cell') this.#isHeader = false;
    const text = cell.replace(/\s+/gu, ' ').trim();
    this.#cells.push(text.length > MOST_CELL ? text : dropEmojiFromWords(text));
  }

  /** Ends a row, and says it. The first one is kept where it is all titles. */
  close(): string {
    const cells = this.#cells;
    this.#cells = [];
    if (cells.length === 0) return '';
    if (this.#isHeader && this.#headers === undefined && !this.#hasRows) {
      this.#headers = cells;
      return '';
    }
    this.#hasRows = true;
    const row = sentence(cells.map((cell, column) => labelled(cell, this.#headers?.[column] ?? '')));
    this.#hasWords ||= row !== '';
    return row;
  }

  /** Says what is in no row, and the titles of a table that has nothing else. */
  end(): string {
    const last = this.close();
    return this.#hasWords || this.#headers === undefined ? last : sentence(this.#headers);
  }
}

function labelled(cell: string, header: string): string {
  if (cell === '' || header === '' || header.length > MOST_HEADER) return cell;
  const label = withoutEnd(header, /[\s:：.。]/u);
  return endsInFullWidth(label) ? `${label}：${cell}` : `${label}: ${cell}`;
}

function sentence(cells: readonly string[]): string {
  let words = '';
  let last = '';
  for (const cell of cells) {
    if (cell === '') continue;
    words += words === '' ? cell : `${endsInFullWidth(last) ? '，' : ', '}${cell}`;
    last = cell;
  }
  return endSentence(words);
}
