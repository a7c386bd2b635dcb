import { dropEmojiFromWords } from './emoji.js';
import { endsInFullWidth, endSentence } from './sentence-end.js';

/** Longest title of a column that is repeated in every row; a longer one is no label. */
const MOST_HEADER = 60;

/** Reads a table row by row, each cell with the title of its column. */
export class SpokenTable {
  #headers: readonly string[] | undefined;
  #cells: string[] = [];
  #isHeader = true;
  #hasRows = false;

  /** Begins a row. */
  open(): void {
    this.#cells = [];
    this.#isHeader = true;
  }

  add(cell: string, kind: 'header' | 'cell'): void {
    if (kind === 'cell') this.#isHeader = false;
    this.#cells.push(dropEmojiFromWords(cell.replace(/\s+/gu, ' ').trim()));
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
    return sentence(cells.map((cell, column) => labelled(cell, this.#headers?.[column] ?? '')));
  }

  /** Says the titles of a table that has nothing else. */
  end(): string {
    return this.#hasRows || this.#headers === undefined ? '' : sentence(this.#headers);
  }
}

function labelled(cell: string, header: string): string {
  if (cell === '' || header === '' || header.length > MOST_HEADER) return cell;
  const label = header.replace(/[\s:：.。]+$/u, '');
  return endsInFullWidth(label) ? `${label}：${cell}` : `${label}: ${cell}`;
}

function sentence(cells: readonly string[]): string {
  const said = cells.filter((cell) => cell !== '');
  let words = '';
  for (const cell of said) words += words === '' ? cell : `${endsInFullWidth(words) ? '，' : ', '}${cell}`;
  return endSentence(words);
}
