import { ACCENTS, NUMBER_SETS, RUNNING, TEXT_COMMANDS, WORDS } from './maths-words.js';
import { withoutEnd } from './sentence-end.js';

/** Deepest nesting that is followed; what lies deeper is left out, as nobody could follow it by ear either. */
const MOST_DEPTH = 24;

/** Signs among which the partner of a bar is looked for. */
const MOST_BETWEEN_BARS = 100;

const TOKENS = /\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+\*?|\\[^]|\d+(?:[.,]\d+)*|[^\s]/gu;
const FRACTIONS = new Set(['\\frac', '\\dfrac', '\\tfrac', '\\cfrac']);
const ROOTS: ReadonlyMap<string, string> = new Map([
  ['', 'the square root of'],
  ['2', 'the square root of'],
  ['3', 'the cube root of'],
]);

/** Says maths written in LaTeX in English words, as they are read from left to right. */
export function sayMaths(latex: string): string {
  return new MathsReader(latex).read();
}

/** Reads the tokens of one formula from left to right. */
class MathsReader {
  readonly #tokens: readonly string[];
  readonly #source: string;
  readonly #starts: readonly number[];
  #at = 0;
  #depth = 0;

  constructor(latex: string) {
    const found = [...latex.matchAll(TOKENS)];
    this.#source = latex;
    this.#tokens = found.map(([token]) => token);
    this.#starts = found.map(({ index }) => index);
  }

  read(): string {
    const words: string[] = [];
    while (this.#at < this.#tokens.length) {
      words.push(this.#until('}'));
      // A bracket that closes nothing.
      this.#at += 1;
    }
    return tidy(words.join(' '));
  }

  /** Reads up to a closing bracket, which is left for the caller. */
  #until(end: string): string {
    const words: string[] = [];
    let bars = 0;
    for (let token = this.#peek(); token !== undefined && token !== end; token = this.#peek()) {
      if (isBar(token)) {
        this.#at += 1;
        bars += 1;
        words.push(this.#bar(bars, end));
      } else words.push(this.#scripted());
    }
    return words.join(' ');
  }

  /** A bar by itself is a condition; two of them stand around an absolute value. */
  #bar(count: number, end: string): string {
    if (count % 2 === 0) return ',';
    const most = Math.min(this.#tokens.length, this.#at + MOST_BETWEEN_BARS);
    for (let at = this.#at, depth = 0; at < most; at += 1) {
      const token = this.#tokens[at] ?? '';
      if (token === '{') depth += 1;
      else if (token === end && depth === 0) break;
      else if (token === '}') depth -= 1;
      else if (isBar(token) && depth === 0) return 'the absolute value of';
    }
    return 'given';
  }

  /** Reads one item with what stands below and above it. */
  #scripted(): string {
    const token = this.#peek() ?? '';
    const base = token === '^' || token === '_' ? '' : this.#item();
    const { below, above } = this.#scripts(token);
    const running = RUNNING.get(token);
    if (running !== undefined) return `${running}${limits(below, above)} of`;
    return [base, below === undefined ? '' : `sub ${below}`, above === undefined ? '' : power(above)].join(' ');
  }

  #scripts(base: string): { readonly below: string | undefined; readonly above: string | undefined } {
    let below: string | undefined;
    let above: string | undefined;
    for (let sign = this.#peek(); sign === '^' || sign === '_' || sign === '\\limits'; sign = this.#peek()) {
      this.#at += 1;
      if (sign === '\\limits') continue;
      const script = tidy(this.#argument());
      if (sign === '_') below = base === '\\lim' ? script.replace(' to ', ' approaches ') : script;
      else above = above === undefined ? script : `${above} ${script}`;
    }
    return { below, above };
  }

  #item(): string {
    const token = this.#peek() ?? '';
    if (token === '{') return this.#argument();
    this.#at += 1;
    if (FRACTIONS.has(token)) return `${this.#argument()} over ${this.#argument()}`;
    if (token === '\\binom') return `${this.#argument()} choose ${this.#argument()}`;
    if (token === '\\sqrt') return this.#root();
    if (token === '\\vec') return `vector ${this.#argument()}`;
    if (token === '\\mathbb') return numberSet(this.#argument());
    if (TEXT_COMMANDS.has(token)) return this.#text();
    if (token.startsWith('\\begin') || token.startsWith('\\end')) return ',';
    const accent = ACCENTS.get(token);
    if (accent !== undefined) return `${this.#argument()} ${accent}`;
    return WORDS.get(token) ?? RUNNING.get(token) ?? token.replace(/^\\|\*$/g, '');
  }

  #root(): string {
    let index = '';
    if (this.#peek() === '[') {
      this.#at += 1;
      index = tidy(this.#deeper(() => this.#until(']')));
      this.#at += 1;
    }
    return `${ROOTS.get(index) ?? `the ${index}th root of`} ${this.#argument()}`;
  }

  /** Reads what belongs to a command or a script: a group, or the next item. */
  #argument(): string {
    const token = this.#peek();
    if (token === undefined || token === '}') return '';
    return this.#deeper(() => (token === '{' ? this.#group() : this.#item()));
  }

  #deeper(read: () => string): string {
    if (this.#depth >= MOST_DEPTH) {
      this.#skip();
      return '';
    }
    this.#depth += 1;
    const words = read();
    this.#depth -= 1;
    return words;
  }

  #group(): string {
    this.#at += 1;
    const words = this.#until('}');
    this.#at += 1;
    return words;
  }

  /** Takes the words of a `\text{…}` as they are. */
  #text(): string {
    if (this.#peek() !== '{') return this.#argument();
    const from = (this.#starts[this.#at] ?? 0) + 1;
    this.#skip();
    const to = this.#starts[this.#at - 1] ?? this.#source.length;
    return this.#source.slice(from, to).replace(/\\[A-Za-z]+|[\\{}$]/g, ' ');
  }

  /** Passes one token, or a whole group. */
  #skip(): void {
    let depth = 0;
    do {
      const token = this.#peek();
      if (token === '{') depth += 1;
      else if (token === '}') depth -= 1;
      this.#at += 1;
    } while (depth > 0 && this.#at < this.#tokens.length);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }
}

function isBar(token: string): boolean {
  return token === '|' || WORDS.get(token) === '|';
}

function limits(below: string | undefined, above: string | undefined): string {
  if (below === undefined) return above === undefined ? '' : ` up to ${above}`;
  if (above !== undefined) return ` from ${below} to ${above}`;
  return below.includes(' approaches ') ? ` as ${below}` : ` over ${below}`;
}

function power(exponent: string): string {
  if (exponent === '2') return 'squared';
  if (exponent === '3') return 'cubed';
  if (exponent === 'composed with') return 'degrees';
  if (exponent === 'T' || exponent === 'top') return 'transpose';
  if (exponent === 'times') return 'star';
  if (/^(?:prime ?)+$/u.test(exponent)) return exponent;
  return `to the power of ${exponent}`;
}

function numberSet(letter: string): string {
  const name = letter.trim();
  return NUMBER_SETS.get(name) ?? name;
}

/** Puts blanks and commas where a writer would. */
function tidy(words: string): string {
  const joined = words
    .replace(/\s+/gu, ' ')
    .replace(/([([{]) /gu, '$1')
    .replace(/ ([)\]},.:])/gu, '$1')
    .replace(/(^|[\s,(])(?:, ?)+/gu, '$1')
    .replace(/,(?:\s*,)+/gu, ',')
    .replace(/(?<=\b\p{L}) \(/gu, '(');
  return withoutEnd(joined, /[\s,]/u).trim();
}
