import { dropEmoji, hasWords } from './emoji.js';
import { endSentence } from './sentence-end.js';
import { sayAddresses } from './web-address.js';

/** A piece of text that a voice rests before and after. */
export interface SpokenBlock {
  readonly kind: 'prose' | 'row' | 'code';
  readonly text: string;
  /** Said as a sentence even without a mark at its end. */
  readonly isSentence: boolean;
  /** The numbers that it stands behind, as an item of a list. */
  readonly numbers: readonly number[];
  /** The list or table that it is in: its blocks follow one another without a blank line. */
  readonly group: symbol | undefined;
}

/**
 * Joins what is to be said. Code is left out where there is anything else to say, and so are emoji; a text that is nothing but that
 * keeps it.
 */
export function joinBlocks(blocks: readonly SpokenBlock[]): string {
  const prose = blocks.filter(({ kind }) => kind !== 'code');
  const hasProse = prose.some(({ text }) => hasWords(text));
  const kept = hasProse ? prose : blocks;
  const hasOnlySigns = !kept.some(({ text }) => hasWords(text));
  let joined = '';
  let last: SpokenBlock | undefined;
  for (const block of kept) {
    const text = tidy(hasOnlySigns || block.kind === 'row' ? block.text : dropEmoji(block.text));
    if (text === '') continue;
    const gap = last === undefined ? '' : last.group !== undefined && last.group === block.group ? '\n' : '\n\n';
    const numbers = block.numbers.map((number) => `${String(number)}. `).join('');
    joined += gap + numbers + (block.isSentence ? endSentence(text) : text);
    last = block;
  }
  return joined;
}

function tidy(text: string): string {
  return sayAddresses(text)
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}
