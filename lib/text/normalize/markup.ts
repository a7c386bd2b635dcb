import { hasEmoji } from './emoji.js';

/** What no mark-up does without: a text that has none of these needs no closer look. */
const SUSPECT = /[\n`*_~<>&|#$[\\【]|--|==|:\/\/|www\./i;

/** What tells a text that somebody marked up from one that is only written: each is a sign that nobody would say. */
const SIGNS = [
  // Code.
  '`',
  // Emphasis: a double star, or one before a word that no letter or digit stands before, so that 2 * 3 * 4 and 2*3*4 are none.
  String.raw`\*\*`,
  String.raw`(?<![0-9A-Za-z*])\*(?=[^\s*])`,
  String.raw`(?<![\p{L}\p{N}_])_+(?=[^\s_])`,
  '~~',
  // Links, images, definitions, notes and boxes.
  String.raw`\](?:[([]|:\s)`,
  String.raw`\[\^[^\s\]]{1,64}\]`,
  // Tags, comments and entities.
  '<(?=[A-Za-z/!?])',
  '&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[Xx][0-9A-Fa-f]{1,6});',
  // Headings, quotes, and lists of two items or more: one dash may begin what somebody says, one number a date.
  String.raw`^[ \t]*#{1,6}[ \t]`,
  String.raw`^[ \t]*>`,
  String.raw`^[ \t]*\*[ \t]`,
  String.raw`^[ \t]*[-+][ \t][^\n]*\n+[ \t]*[-+*][ \t]`,
  String.raw`^[ \t]*\d{1,9}[.)][ \t][^\n]*\n+[ \t]*\d{1,9}[.)][ \t]`,
  String.raw`^[ \t]*[-+*][ \t]+\[[ xX]\][ \t]`,
  // Rules, underlined headings and tables.
  String.raw`^[ \t]*([-_*=])(?:[ \t]*\1)+[ \t]*$`,
  String.raw`^[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*\|`,
  // Addresses.
  '://',
  String.raw`(?<![\p{L}\p{N}])[Ww][Ww][Ww]\.`,
  // Maths by pandoc's rule: no blank inside the signs, no digit behind them. And signs that were kept from meaning something.
  String.raw`\$[^\s$](?:[^$]*[^\s$])?\$(?![0-9])`,
  String.raw`\$\$`,
  String.raw`\\[!-\/:-@[\]^-\x60{-~]`,
  // A chat's pointers to its sources.
  String.raw`【\d+[†:]`,
];

const MARKUP = new RegExp(SIGNS.join('|'), 'mu');

/** Says whether a text may have mark-up in it. It is asked of every request, and most texts are done with after one expression. */
export function hasMarkup(text: string): boolean {
  return (SUSPECT.test(text) && MARKUP.test(text)) || hasEmoji(text);
}
