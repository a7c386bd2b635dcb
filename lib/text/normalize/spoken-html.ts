import type { GiveWay } from '../turns.js';
import { BLOCKS, isElement, LITERALS, MATHS_ELEMENT, SENTENCES, SILENT } from './html-elements.js';
import { HtmlWalker, type Attributes, type HtmlHandler } from './html-walker.js';
import { sayMaths } from './maths.js';
import type { SpokenBlock } from './spoken-blocks.js';
import { SpokenLine } from './spoken-line.js';
import { SpokenTable } from './spoken-table.js';
import { UnknownTags } from './unknown-tags.js';

/** Numbers that one text can stand behind, as in `1. 2. a`. */
const MOST_NUMBERS = 4;

/** Characters of HTML that are read at a time: what the parser of Markdown writes has several for each that it read. */
const PIECE = 4_000;
const SHARE_OF_TURN = 1_000;

interface List {
  /** The number of its last item; undefined where the items have none. */
  number: number | undefined;
}

interface Literal {
  kind: 'code' | 'code block' | 'maths';
  text: string;
  /** Elements of the kind that are open. */
  depth: number;
}

/** Reads HTML from front to back, without a tree: nesting, however deep, costs no stack. */
export async function readHtml(html: string, giveWay: GiveWay): Promise<SpokenBlock[]> {
  const reader = new HtmlReader(html);
  const walker = new HtmlWalker(html, reader);
  do await giveWay(SHARE_OF_TURN);
  while (walker.walk(PIECE));
  return reader.end();
}

class HtmlReader implements HtmlHandler {
  readonly #blocks: SpokenBlock[] = [];
  readonly #line = new SpokenLine();
  readonly #unknown: UnknownTags;
  /** Each list that is open. */
  readonly #lists: List[] = [];
  /** Numbers of the items that have begun and have no text yet. */
  #numbers: readonly number[] = [];
  /** The list or table that everything is in now. */
  #group = Symbol();
  #table = new SpokenTable();
  #tables = 0;
  #cells = 0;
  /** How many elements are open that nobody says, and that are heard as a sentence. */
  #silent = 0;
  #sentences = 0;
  #literal: Literal | undefined;

  constructor(html: string) {
    this.#unknown = new UnknownTags(html);
  }

  open(name: string, attributes: Attributes, place: { readonly start: number; readonly end: number }): void {
    if (this.#silent > 0 || SILENT.has(name) || 'hidden' in attributes) {
      this.#silent += 1;
      return;
    }
    if (!isElement(name, attributes)) {
      this.text(this.#unknown.say(name, place));
      return;
    }
    if (isBlock(name)) this.#flush();
    if (SENTENCES.has(name)) this.#sentences += 1;
    if (LITERALS.has(name)) this.#openLiteral(name, attributes);
    else if (name === 'br') this.#line.add('\n');
    else if (name === 'img') this.#line.add(` ${attributes['alt'] ?? ''} `);
    else if (name === 'ol' || name === 'ul') this.#openList(name, attributes);
    else if (name === 'li') this.#openItem(attributes);
    else if (name === 'table') this.#openTable();
    else if (name === 'tr' && this.#tables === 1) this.#openRow();
    else if ((name === 'td' || name === 'th') && this.#tables === 1) this.#openCell();
    else if (name === 'sup') this.#line.openRaised();
  }

  close(name: string): void {
    if (this.#silent > 0) {
      this.#silent -= 1;
      return;
    }
    if (isBlock(name)) this.#flush();
    if (SENTENCES.has(name)) this.#sentences = Math.max(0, this.#sentences - 1);
    if (LITERALS.has(name)) this.#closeLiteral();
    else if (name === 'ol' || name === 'ul') this.#lists.pop();
    else if (name === 'li') this.#closeItem();
    else if (name === 'table') this.#closeTable();
    else if (name === 'tr' && this.#tables === 1) this.#addRow(this.#table.close());
    else if ((name === 'td' || name === 'th') && this.#tables === 1) this.#closeCell(name);
    else if (name === 'sup') this.#line.closeRaised();
  }

  text(text: string): void {
    if (this.#silent > 0) return;
    if (this.#literal === undefined) this.#line.add(text);
    else this.#literal.text += text;
  }

  end(): SpokenBlock[] {
    this.#flush();
    return this.#blocks;
  }

  #flush(): void {
    if (this.#cells > 0) {
      this.#line.add(' ');
      return;
    }
    const taken = this.#line.take();
    const isItem = this.#lists.length > 0;
    // A box to tick, which a list of things to do has.
    const text = isItem ? taken.replace(/^\s*\[[ xX]\]\s/, '') : taken;
    if (text.trim() === '') return;
    this.#push({ kind: 'prose', text, isSentence: this.#sentences > 0, numbers: this.#numbers });
    this.#numbers = [];
  }

  #push(block: Omit<SpokenBlock, 'group'>): void {
    this.#blocks.push({ ...block, group: this.#isInGroup() ? this.#group : undefined });
  }

  #isInGroup(): boolean {
    return this.#lists.length + this.#tables > 0;
  }

  #openList(name: string, attributes: Attributes): void {
    if (!this.#isInGroup()) this.#group = Symbol();
    const start = name === 'ol' ? (numberOf(attributes['start']) ?? 1) : undefined;
    this.#lists.push({ number: start === undefined ? undefined : start - 1 });
  }

  #openItem(attributes: Attributes): void {
    const list = this.#lists.at(-1);
    if (list?.number === undefined || this.#cells > 0) return;
    list.number = numberOf(attributes['value']) ?? list.number + 1;
    this.#numbers = [...this.#numbers, list.number].slice(-MOST_NUMBERS);
  }

  /** A number with nothing behind it is what was meant: the answer is 42. */
  #closeItem(): void {
    const numbers = this.#numbers;
    const last = numbers.at(-1);
    this.#numbers = [];
    if (last === undefined) return;
    this.#push({ kind: 'prose', text: String(last), isSentence: true, numbers: numbers.slice(0, -1) });
  }

  #openTable(): void {
    if (!this.#isInGroup()) this.#group = Symbol();
    if (this.#tables === 0) this.#table = new SpokenTable();
    this.#tables += 1;
  }

  /** Cells before the first row are one, too. */
  #openRow(): void {
    this.#addRow(this.#table.close());
    this.#table.open();
  }

  #closeTable(): void {
    if (this.#tables === 1) this.#addRow(this.#table.end());
    this.#tables = Math.max(0, this.#tables - 1);
  }

  #addRow(text: string): void {
    if (text !== '') this.#push({ kind: 'row', text, isSentence: true, numbers: [] });
  }

  #openCell(): void {
    this.#flush();
    this.#cells += 1;
  }

  #closeCell(name: 'td' | 'th'): void {
    if (this.#cells === 0) return;
    this.#cells -= 1;
    this.#table.add(this.#line.take(), name === 'th' ? 'header' : 'cell');
  }

  #openLiteral(name: string, attributes: Attributes): void {
    const isMaths = name === MATHS_ELEMENT || attributes['class'] === 'language-math';
    if (this.#literal === undefined) {
      const kind = isMaths ? 'maths' : name === 'pre' ? 'code block' : 'code';
      this.#literal = { kind, text: '', depth: 1 };
      return;
    }
    if (isMaths) this.#literal.kind = 'maths';
    this.#literal.depth += 1;
  }

  #closeLiteral(): void {
    if (this.#literal === undefined) return;
    this.#literal.depth -= 1;
    if (this.#literal.depth > 0) return;
    const { kind, text } = this.#literal;
    this.#literal = undefined;
    if (kind === 'maths') this.#line.addLiteral(sayMaths(text));
    else if (kind === 'code' || this.#cells > 0) this.#line.addLiteral(text);
    else this.#push({ kind: 'code', text, isSentence: false, numbers: [] });
  }
}

function isBlock(name: string): boolean {
  return BLOCKS.has(name) || SENTENCES.has(name);
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
