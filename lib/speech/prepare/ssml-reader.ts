import { Parser } from 'htmlparser2';
import { endSentence } from './sentence-end.js';

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

/** Reads the words of an SSML document as they would be said, with its pauses as marks and paragraphs. */
export function readSsml(ssml: string): string {
  let said = '';
  /** What has come since the last sentence ended. */
  let text = '';
  /** Elements open inside one that is silent, that one included. */
  let silent = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element = localName(name);
        const { alias } = attributes;
        if (silent > 0) silent += 1;
        else if (SILENT.has(element)) silent = 1;
        else if (element === 'sub' && alias !== undefined) {
          text += alias;
          silent = 1;
        } else if (element === 'break') text += pauseOf(attributes);
        else if (element === 'p') text += '\n\n';
        else if (element === 's') {
          said += `${text} `;
          text = '';
        }
      },
      onclosetag(name) {
        const element = localName(name);
        if (silent > 0) silent -= 1;
        else if (element === 's') {
          said += `${endSentence(text.trimEnd())} `;
          text = '';
        } else if (element === 'p') text += '\n\n';
      },
      ontext(data) {
        // A line that is broken in the source is a blank; what begins a paragraph here are elements.
        if (silent === 0) text += data.replace(/\s+/gu, ' ');
      },
    },
    { xmlMode: true },
  );
  parser.end(ssml);
  return tidy(said + text);
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
    .replace(/([,.!?;:。，！？；：、…])(?:, ?)+/gu, '$1 ')
    .split(/\s*\n\s*\n\s*/u)
    .map((paragraph) => paragraph.replace(/^[\s,]+|[\s,]+$/gu, '').replace(/ {2,}/g, ' '))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}
