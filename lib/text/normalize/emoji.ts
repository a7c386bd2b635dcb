import { isPronounceable } from '../pronounceable.js';

/** A picture. Among the signs that are one only by their looks, ©, ® and ™, arrows and the stars of a rating mean something. */
const PICTURE = String.raw`(?:\p{Emoji_Presentation}|(?![\u2605\u2606])(?=\p{Extended_Pictographic})[\u2600-\u27BF]|\p{Extended_Pictographic}\uFE0F)`;
const COLOUR = String.raw`[\u{1F3FB}-\u{1F3FF}]`;
/** Invisible letters that spell the name of a region in the flags of England, Scotland and Wales. */
const TAGS = String.raw`[\u{E0020}-\u{E007F}]`;

/** One emoji and all that belongs to it: flags, skin colours, and several joined into one. */
const EMOJI = String.raw`(?:\p{RI}\p{RI}|${PICTURE}(?:\uFE0F|${COLOUR}|${TAGS})*(?:\u200D(?:${PICTURE}|\p{Extended_Pictographic})(?:\uFE0F|${COLOUR})*)*)`;

/** Where all of them lie, keys apart, and little else does. */
const NEAR_EMOJI = /[\u203C-\u2049\u2139\u2194-\u21AA\u20E3\u2300-\u2BFF\u3030\u303D\u3297\u3299\uD83C-\uD83E]/;
const ONE = new RegExp(EMOJI, 'u');
/** A row of them, with the blanks around it. */
const ROW = new RegExp(String.raw`(?<![^\S\n])([^\S\n]*)(?:${EMOJI}[^\S\n]*)+`, 'gu');
/** A digit drawn as a key. */
const KEY = /([0-9#*])\uFE0F?\u20E3/gu;

/** Says whether there is a picture among the letters. */
export function hasEmoji(text: string): boolean {
  return NEAR_EMOJI.test(text) && (ONE.test(text) || text.search(KEY) >= 0);
}

/** Leaves the emoji out. Blanks at the ends may stay. */
export function dropEmoji(text: string): string {
  if (!hasEmoji(text)) return text;
  const written = text.replace(KEY, '$1');
  return written.replace(ROW, (row: string, before: string, at: number) => {
    const next = written.charAt(at + row.length);
    if (next !== '' && /[\s.,;:!?…。，！？；：)\]]/u.test(next)) return '';
    return before !== '' || /\s/u.test(row.slice(-1)) ? ' ' : '';
  });
}

/** Leaves the emoji out of a text with words; one that is nothing but emoji stays. */
export function dropEmojiFromWords(text: string): string {
  const rest = dropEmoji(text).trim();
  return isPronounceable(rest) ? rest : text;
}
