import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

export type Attributes = Readonly<Record<string, string>>;

/** What is told of the elements of a text, in their order. Every element that is opened is closed. */
export interface HtmlHandler {
  /** @param place where the tag stands */
  open(name: string, attributes: Attributes, place: { readonly start: number; readonly end: number }): void;
  close(name: string): void;
  text(text: string): void;
}

/** Deepest nesting that is followed. What lies deeper is read as if it lay there; nobody means it. */
const MOST_DEPTH = 200;

const VOID = new Set(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr'.split(
    ' ',
  ),
);
/** Elements that end others of these names which nobody has closed, where they lie right in them. */
const ENDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    li: 'li',
    p: 'p',
    dt: 'dt dd',
    dd: 'dt dd',
    tr: 'tr td th',
    td: 'td th thead',
    th: 'td th',
    tbody: 'thead tbody tr td th',
    tfoot: 'thead tbody tr td th',
    option: 'option',
    optgroup: 'option optgroup',
    rt: 'rt rp',
    rp: 'rt rp',
    body: 'head',
    ...Object.fromEntries(
      'address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol pre section table ul'
        .split(' ')
        .map((name) => [name, 'p']),
    ),
  }).map(([name, ended]) => [name, new Set(ended.split(' '))]),
);

/**
 * Walks through HTML or XML from front to back. The reader of tags is htmlparser2's, the nesting is followed here: its own takes time
 * that grows with the square of the depth.
 */
export class HtmlWalker implements TokenizerCallbacks {
  readonly #html: string;
  readonly #handler: HtmlHandler;
  readonly #isXml: boolean;
  readonly #tokenizer: Tokenizer;
  readonly #open: string[] = [];
  /** How many of each name are open. */
  readonly #counts = new Map<string, number>();
  #name = '';
  #start = 0;
  #attributes: Record<string, string> = {};
  #attribute = '';
  #value = '';
  #walked = 0;

  constructor(html: string, handler: HtmlHandler, form: 'html' | 'xml' = 'html') {
    this.#html = html;
    this.#handler = handler;
    this.#isXml = form === 'xml';
    this.#tokenizer = new Tokenizer({ xmlMode: this.#isXml, decodeEntities: true }, this);
  }

  /** Walks on by so many characters. Returns whether there are more. */
  walk(characters: number): boolean {
    const piece = this.#html.slice(this.#walked, this.#walked + characters);
    this.#walked += piece.length;
    this.#tokenizer.write(piece);
    if (this.#walked < this.#html.length) return true;
    this.#tokenizer.end();
    return false;
  }

  ontext(start: number, end: number): void {
    this.#handler.text(this.#html.slice(start, end));
  }

  ontextentity(codePoint: number): void {
    this.#handler.text(String.fromCodePoint(codePoint));
  }

  onopentagname(start: number, end: number): void {
    this.#name = this.#nameAt(start, end);
    this.#start = start - 1;
    this.#attributes = {};
  }

  onattribname(start: number, end: number): void {
    const name = this.#html.slice(start, end);
    this.#attribute = this.#isXml ? name : name.toLowerCase();
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#html.slice(start, end);
  }

  onattribentity(codePoint: number): void {
    this.#value += String.fromCodePoint(codePoint);
  }

  onattribend(): void {
    if (!Object.hasOwn(this.#attributes, this.#attribute)) this.#attributes[this.#attribute] = this.#value;
    this.#value = '';
  }

  onopentagend(end: number): void {
    const name = this.#name;
    const implied = this.#isXml ? undefined : ENDS.get(name);
    if (implied !== undefined) while (implied.has(this.#open.at(-1) ?? '')) this.#closeLast();
    this.#handler.open(name, this.#attributes, { start: this.#start, end: end + 1 });
    if ((!this.#isXml && VOID.has(name)) || this.#open.length >= MOST_DEPTH) {
      this.#handler.close(name);
      return;
    }
    this.#open.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  onselfclosingtag(end: number): void {
    const depth = this.#open.length;
    this.onopentagend(end);
    if (this.#isXml && this.#open.length > depth) this.#closeLast();
  }

  onclosetag(start: number, end: number): void {
    const name = this.#nameAt(start, end);
    if (!this.#isXml && name === 'br') {
      this.#handler.open(name, {}, { start, end });
      this.#handler.close(name);
    }
    for (let count = this.#counts.get(name) ?? 0; count > 0 && this.#counts.get(name) === count;) this.#closeLast();
  }

  oncdata(start: number, end: number, offset: number): void {
    if (this.#isXml) this.#handler.text(this.#html.slice(start, end - offset));
  }

  oncomment(): void {
    // Nobody says it.
  }

  ondeclaration(): void {
    // Nobody says it.
  }

  onprocessinginstruction(): void {
    // Nobody says it.
  }

  onend(): void {
    while (this.#open.length > 0) this.#closeLast();
  }

  #closeLast(): void {
    const name = this.#open.pop();
    if (name === undefined) return;
    this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
    this.#handler.close(name);
  }

  #nameAt(start: number, end: number): string {
    const name = this.#html.slice(start, end);
    return this.#isXml ? name : name.toLowerCase();
  }
}
