/**
 * What a voice has something to say for. The rule, in this order:
 *
 * 1. A letter or a digit of any script is said: "5", "a", "你", "½", "Ⅷ". What only modifies a letter, such as ʰ or the ー that long
 *    lines are drawn with in Japanese, is none. Letters that a face is drawn with, as in ¯\_(ツ)_/¯, are not said.
 * 2. A sign that every reader has a word for is said where it stands by itself: "%", "€", "+", "=", "&", "@", "#", "©". Three of the
 *    same in a row, or one beside other signs, are drawn: "===", "$$$", "=)".
 * 3. Everything else is seen and not heard: marks of sentences, dashes, stars, arrows, boxes, music, emoji. A voice that is asked for
 *    these makes no sound or any: servers answer with an error, with nothing, or with noise.
 */
export function isPronounceable(text: string): boolean {
  // Nearly every text: two letters in a row that no face is drawn with.
  if (/[A-Za-z\u00C0-\u024F]{2}/.test(text)) return true;
  const mayHaveFaces = text.length <= MOST_FACES && /[(（ಠʕʢ]/.test(text);
  const written = mayHaveFaces ? text.replace(FACES, ' ') : text;
  return LETTER.test(written) || hasSpokenSign(written);
}

const LETTER = /[\p{L}\p{N}](?<!\p{Lm}|\u2139(?=\uFE0F))|[\u24B6-\u24E9\u{1F130}-\u{1F149}](?!\uFE0F)/u;

/** Longest text that is nothing but faces. In a longer one, letters are letters. */
const MOST_FACES = 200;
/** Signs that faces are drawn with, and the letters that stand for eyes and mouths in them. */
const DRAWN = String.raw`¯_´\x60^•◕‿╯╰□■▽△◠◡⌐︵ᴥωಠ益・･｡≧≦ˇ˘\u035C\u0361\u2500-\u257F\u25A0-\u25FF`;
/** Letters that stand for arms and hands. */
const ARMS = String.raw`[ノﾉヽヾっづつ彡щლงᕙᕗᕦᕤᕕ٩۶oO]{0,3}`;
const INSIDE = '[^()（）A-Za-z0-9]';
const FACES = new RegExp(
  [
    // Brackets with drawn signs and no word between them, or one letter between brackets with drawn signs about them.
    String.raw`${ARMS}[(（](?=${INSIDE}{0,16}[${DRAWN}])(?!${INSIDE}{0,16}(?:(?![ಠ益])\p{L}){2})${INSIDE}{1,16}[)）]${ARMS}`,
    String.raw`[${DRAWN}]\\?[${DRAWN}]?[(（]\p{L}[)）](?=[${DRAWN}])`,
    String.raw`ಠ[^\s\p{L}\p{N}]{1,3}ಠ`,
    String.raw`[ʕʢ][^\s\p{N}A-Za-z]{1,8}[ʔʡ]`,
  ].join('|'),
  'gu',
);

/** A sign that is a word, with nothing about it but blanks, quotes and the end of a sentence. */
const SPOKEN_SIGN =
  /(?:[%‰٪％+＋=＝×÷±≠≤≥≈∞&＆@＠#＃§©®™℃℉№]|\p{Sc})(?<=(?:^|[\s"'“„«‹「『]).)(?![^\s.,!?…。！？"'”»›」』])/gu;
const MOST_SAME = 2;

function hasSpokenSign(text: string): boolean {
  const signs = text.match(SPOKEN_SIGN) ?? [];
  return signs.length > 0 && !(signs.length > MOST_SAME && signs.every((sign) => sign === signs[0]));
}
