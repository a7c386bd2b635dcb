import { isPronounceable } from '../pronounceable.js';
import { inSlices } from '../slices.js';
import type { GiveWay } from '../turns.js';
import { dropEmoji } from './emoji.js';
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

/** What a block costs beside its text, in characters. */
const COST_OF_BLOCK = 20;

/**
 * Joins what is to be said. Code is left out where there is anything else to say, and so are emoji; a text that is nothing but that
 * keeps it.
 */
export async function joinBlocks(blocks: readonly SpokenBlock[], giveWay: GiveWay): Promise<string> {
  const prose = blocks.filter(({ kind }) => kind !== 'code');
  const hasProse = await isAnySaid(prose, giveWay);
  const kept = hasProse ? prose : blocks;
  const hasOnlySigns = !hasProse && !(await isAnySaid(kept, giveWay));
  let joined = '';
  let last: SpokenBlock | undefined;
  for (const block of kept) {
    await giveWay(COST_OF_BLOCK);
    const say = hasOnlySigns || block.kind === 'row' ? tidy : (slice: string) => tidy(dropEmoji(slice));
    const text = (await inSlices(block.text, giveWay, say)).trim();
    if (text === '') continue;
    const gap = last === undefined ? '' : last.group !== undefined && last.group === block.group ? '\n' : '\n\n';
    const numbers = block.numbers.map((number) => `${String(number)}. `).join('');
    joined += gap + numbers + (block.isSentence ? endSentence(text) : text);
    last = block;
  }
  return joined;
}

async function isAnySaid(blocks: readonly SpokenBlock[], giveWay: GiveWay): Promise<boolean> {
  for (const { text } of blocks) {
    if (isPronounceable(text)) return true;
    await giveWay(COST_OF_BLOCK);
  }
  return false;
}

function tidy(text: string): string {
  return sayAddresses(text)
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n[ \n]*/g, '\n');
}
