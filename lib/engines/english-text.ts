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

/** Signs that an English reader says as words. */
const WORDS: readonly (readonly [sign: RegExp, words: string])[] = [
  [/[$＄]\s?(\d+(?:[.,]\d+)*)/g, '$1 dollars'],
  [/£\s?(\d+(?:[.,]\d+)*)/g, '$1 pounds'],
  [/€\s?(\d+(?:[.,]\d+)*)/g, '$1 euros'],
  [/[¥￥]\s?(\d+(?:[.,]\d+)*)/g, '$1 yen'],
  [/£/g, ' pounds '],
  [/€/g, ' euros '],
  [/¥/g, ' yen '],
  [/&/g, ' and '],
  [/%/g, ' percent '],
  [/@/g, ' at '],
  [/\+/g, ' plus '],
  [/=/g, ' equals '],
  [/×/g, ' times '],
  [/÷/g, ' divided by '],
  [/°\s?C\b/g, ' degrees Celsius '],
  [/°\s?F\b/g, ' degrees Fahrenheit '],
  [/°/g, ' degrees '],
  [/§/g, ' section '],
  [/[‘’‚‛′]/g, "'"],
  [/[“”„‟«»″]/g, '"'],
  [/[–—―−]/g, ', '],
  [/…/g, '... '],
];

/** Longest word in letters: flite takes 31 s over one of 5,000. */
const MOST_WORD_CHARACTERS = 60;

/** Writes text with the letters and signs that the English engine knows; whatever it could only drop becomes a blank. */
export function toEnglishText(text: string): string {
  let written = text;
  for (const [sign, words] of WORDS) written = written.replace(sign, words);
  return written
    .replace(/[ßæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(new RegExp(`[^\\s]{${String(MOST_WORD_CHARACTERS)}}(?=[^\\s])`, 'g'), '$& ')
    .replace(/\s+/g, ' ')
    .trim();
}
