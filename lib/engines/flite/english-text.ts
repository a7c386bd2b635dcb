import { isPronounceable } from '../../text/pronounceable.js';
import { countScripts } from '../../text/script.js';
import { sentencesOf } from '../../text/sentences.js';
import { spellSigns } from './english-signs.js';

/** Letters that no decomposition brings to plain ASCII. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
};

/** Share of letters that an English text may have from other scripts, which are then left out, as a reader would skip them. */
const MOST_FOREIGN = 0.05;
/** Latin letters beside which a single other one is skipped in any case. */
const LEAST_BESIDE_ONE = 10;

/** Longest word in letters: flite takes 31 s over one of 5,000. */
const MOST_WORD_CHARACTERS = 60;

/**
 * Writes text with the letters and signs that the English engine knows; whatever it could only drop becomes a blank. Line breaks
 * stay, because a sentence may end there.
 */
export function toEnglishText(text: string): string {
  return spellSigns(text)
    .replace(/[ßæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e\n]+/g, ' ')
    .replace(new RegExp(`[^\\s]{${String(MOST_WORD_CHARACTERS)}}(?=[^\\s])`, 'g'), '$& ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/ (?=[,;:.!?](?:\s|$))/g, '')
    .trim();
}

/**
 * Says whether an English reader could read a text aloud: there are words, next to all of them in Latin letters, and no sentence is
 * lost for the letters that are not.
 */
export function isReadableAsEnglish(text: string): boolean {
  const written = spellSigns(text);
  if (!isPronounceable(toEnglishText(text))) return false;
  const { latin, foreign } = countLatin(written);
  if (foreign === 0) return true;
  const isSmallShare = foreign < MOST_FOREIGN * (latin + foreign) || (foreign === 1 && latin >= LEAST_BESIDE_ONE);
  if (!isSmallShare) return false;
  for (const sentence of sentencesOf(written)) {
    const own = countLatin(sentence);
    if (own.foreign >= Math.max(1, own.latin)) return false;
  }
  return true;
}

function countLatin(text: string): { readonly latin: number; readonly foreign: number } {
  const { letters, total } = countScripts(text);
  const latin = letters.get('Latin') ?? 0;
  return { latin, foreign: total - latin };
}
