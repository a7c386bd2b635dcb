/** Characters that are words, and take as long to say as so many letters. */
export const WIDE = /[\p{Script=Han}\p{Script=Hangul}]/gu;
export const WIDE_WEIGHT = 3;
const DIGIT_WEIGHT = 6;
const SIGN_WEIGHT = 8;

/** How many letters a character takes as long to say as: digits and signs are said as words. A mark that is hidden is not said. */
const WEIGHTS: readonly (readonly [characters: RegExp, weight: number])[] = [
  [/^\p{Emoji_Presentation}/u, 15],
  [/^\p{N}/u, DIGIT_WEIGHT],
  [/^(?:\p{S}|[#%&*/@\\_])/u, SIGN_WEIGHT],
  [/^[\p{Script=Han}\p{Script=Hangul}]/u, WIDE_WEIGHT],
  [/^\p{Co}/u, 0],
];

/** Nearly all characters that are ever asked for; looking one up costs a twentieth of the expressions. */
const OF_ASCII = Array.from({ length: 128 }, (_, code) => weightBySign(String.fromCharCode(code)));

/** Says how many letters a text takes as long to say as. */
export function weightOf(text: string): number {
  let weight = 0;
  for (const character of text) weight += characterWeight(character);
  return weight;
}

/** Returns how much of a text is within a weight, one character at the least. */
export function fitting(text: string, most: number): number {
  let weight = 0;
  let length = 0;
  for (const character of text) {
    weight += characterWeight(character);
    if (weight > most && length > 0) return length;
    length += character.length;
  }
  return length;
}

function characterWeight(character: string): number {
  return OF_ASCII[character.charCodeAt(0)] ?? weightBySign(character);
}

function weightBySign(character: string): number {
  return WEIGHTS.find(([characters]) => characters.test(character))?.[1] ?? character.length;
}
