import { inSlices } from '../slices.js';
import type { GiveWay } from '../turns.js';
import { HtmlWalker, type Attributes, type HtmlHandler } from './html-walker.js';
import { endSentence, withoutEnd } from './sentence-end.js';

/** Elements whose text is for machines. */
const SILENT = new Set(['desc', 'metadata', 'meta', 'lexicon']);
/** Pauses longer than this part paragraphs; shorter ones are a comma. */
const LONG_BREAK = 700;
const STRENGTHS: ReadonlyMap<string, 'none' | 'short' | 'long'> = new Map([
  ['none', 'none'],
  ['x-weak', 'short'],
  ['weak', 'short'],
  ['medium', 'short'],
  ['strong', 'long'],
  ['x-strong', 'long'],
]);

/** Characters of a document that are read at a time. */
const PIECE = 2_000;

/** Reads the words of an SSML document as they would be said, with its pauses as marks and paragraphs. */
export async function readSsml(ssml: string, giveWay: GiveWay): Promise<string> {
  const reader = new SsmlReader();
  const walker = new HtmlWalker(ssml, reader, 'xml');
  do await giveWay(PIECE);
  while (walker.walk(PIECE));
  return inSlices(reader.end(), giveWay, tidy).then(joinParagraphs);
}

class SsmlReader implements HtmlHandler {
  #said = '';
  /** What has come since the last sentence ended. */
  #text = '';
  /** Elements open inside one that is silent, that one included. */
  #silent = 0;

  open(name: string, attributes: Attributes): void {
    const element = localName(name);
    const { alias } = attributes;
    if (this.#silent > 0) this.#silent += 1;
    else if (SILENT.has(element)) this.#silent = 1;
    else if (element === 'sub' && alias !== undefined) {
      this.#text += alias;
      this.#silent = 1;
    } else if (element === 'break') this.#text += pauseOf(attributes);
    else if (element === 'p') this.#text += '\n\n';
    else if (element === 's') this.#endSentence(this.#text);
  }

  close(name: string): void {
    const element = localName(name);
    if (this.#silent > 0) this.#silent -= 1;
    else if (element === 's') this.#endSentence(endSentence(this.#text.trimEnd()));
    else if (element === 'p') this.#text += '\n\n';
  }

  text(text: string): void {
    // A line that is broken in the source is a blank; what begins a paragraph here are elements.
    if (this.#silent === 0) this.#text += text.replace(/\s+/gu, ' ');
  }

  end(): string {
    return this.#said + this.#text;
  }

  #endSentence(text: string): void {
    this.#said += `${text} `;
    this.#text = '';
  }
}

/** Names are often written with the prefix of a namespace: `mstts:express-as`, `amazon:effect`. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase();
}

function pauseOf({ time, strength }: Readonly<Record<string, string>>): string {
  const milliseconds = millisecondsOf(time);
  const kind = milliseconds === undefined ? (STRENGTHS.get(strength ?? 'medium') ?? 'short') : kindOf(milliseconds);
  if (kind === 'none') return ' ';
  return kind === 'long' ? '\n\n' : ', ';
}

function kindOf(milliseconds: number): 'none' | 'short' | 'long' {
  if (milliseconds === 0) return 'none';
  return milliseconds > LONG_BREAK ? 'long' : 'short';
}

function millisecondsOf(time: string | undefined): number | undefined {
  const [, amount, unit] = /^\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)$/.exec(time?.trim() ?? '') ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit === 's' ? 1_000 : 1);
}

/** Drops the commas of pauses that other marks make already. */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ (?=[,.!?;:]|\n)/g, '')
    .replace(/([,.!?;:。，！？；：、…])(?:, ?)+/gu, '$1 ');
}

function joinParagraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => withoutEnd(paragraph.replace(/^[\s,]+/u, ''), /[\s,]/u).replace(/\s+/gu, ' '))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}
