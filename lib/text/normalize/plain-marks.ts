import { inSlices } from '../slices.js';
import { AT_ONCE, type GiveWay } from '../turns.js';
import { dropEmoji } from './emoji.js';
import { sayAddresses } from './web-address.js';

/** Stars and underlines that no partner was found for; between blanks, digits or letters they mean something. */
const LEFT_OVER =
  /(?<![*\p{L}\p{N})])\*{2,3}(?=[^\s*])|(?<=[^\s*])\*{2,3}(?![*\p{L}\p{N}(])|(?<![_\p{L}\p{N}])_{2}(?=[^\s_])|~~(?=\S)|(?<=\S)~~/gu;

/** Drops what is left of mark-up in prose that a parser has read: signs without their partner, and a chat's pointers to its sources. */
export function cleanProse(text: string): string {
  return text
    .replace(/`+/g, '')
    .replace(LEFT_OVER, '')
    .replace(/【\d+[†:][^】\n]{0,80}】|\[\^[^\s\]]{1,64}\]/gu, '');
}

/** Takes the signs of mark-up out of a text without understanding it: what is left when a parser cannot be had, or fails. */
export async function stripMarks(text: string, giveWay: GiveWay = AT_ONCE): Promise<string> {
  const rest = dropBetween(dropBetween(dropBetween(text, '<!--', '-->'), '<script', '</script>'), '<style', '</style>');
  const stripped = await inSlices(rest, giveWay, stripSlice);
  return stripped.replace(/\n{3,}/g, '\n\n').trim();
}

function stripSlice(text: string): string {
  const rest = text
    .replace(/<\/?[A-Za-z][^<>]*>/g, ' ')
    .replace(/^[ \t]*(?:```|~~~).*$/gm, '')
    .replace(/^[ \t]*(?:>[ \t]*)+/gm, '')
    .replace(/^[ \t]*(?:#{1,6}|[-*+])[ \t]+/gm, '')
    .replace(/\]\([^\s()]{0,2000}\)/g, '')
    .replace(/(?<!\S)[*_]+(?=\S)|(?<=\S)(?<![*_])[*_]+(?!\S)|\*{2,}|~~|[`[\]|]+/g, '');
  return dropEmoji(sayAddresses(cleanProse(rest)))
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n ?/g, '\n');
}

/** Leaves out what stands between two signs, and the signs. */
function dropBetween(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  let rest = '';
  let from = 0;
  for (let at = lower.indexOf(open); at >= 0; at = lower.indexOf(open, from)) {
    const end = lower.indexOf(close, at);
    if (end < 0) break;
    rest += `${text.slice(from, at)} `;
    from = end + close.length;
  }
  return rest + text.slice(from);
}
