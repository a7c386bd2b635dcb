/** Currencies as they are written, in the singular and the plural. */
const CURRENCIES: readonly (readonly [sign: string, one: string, many: string])[] = [
  ['[$＄]', 'dollar', 'dollars'],
  ['£', 'pound', 'pounds'],
  ['€', 'euro', 'euros'],
  ['[¥￥]', 'yen', 'yen'],
];

/** What stands behind an amount and belongs to it. */
const SCALES: Readonly<Record<string, string>> = {
  k: 'thousand',
  m: 'million',
  mn: 'million',
  b: 'billion',
  bn: 'billion',
  hundred: 'hundred',
  thousand: 'thousand',
  million: 'million',
  billion: 'billion',
  trillion: 'trillion',
};

const FRACTIONS: Readonly<Record<string, string>> = {
  '½': 'one half',
  '⅓': 'one third',
  '⅔': 'two thirds',
  '¼': 'one quarter',
  '¾': 'three quarters',
  '⅕': 'one fifth',
  '⅖': 'two fifths',
  '⅗': 'three fifths',
  '⅘': 'four fifths',
  '⅙': 'one sixth',
  '⅚': 'five sixths',
  '⅛': 'one eighth',
  '⅜': 'three eighths',
  '⅝': 'five eighths',
  '⅞': 'seven eighths',
};

const GREEK = [
  ...['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa', 'lambda', 'mu'],
  ...['nu', 'xi', 'omicron', 'pi', 'rho', 'sigma', 'sigma', 'tau', 'upsilon', 'phi', 'chi', 'psi', 'omega'],
];
const FIRST_GREEK = 'α'.charCodeAt(0);

/** Micro: the sign and the Greek letter, which look alike. */
const MICRO_UNITS: Readonly<Record<string, string>> = {
  m: 'micrometers',
  s: 'microseconds',
  g: 'micrograms',
  l: 'microliters',
  L: 'microliters',
  A: 'microamperes',
  V: 'microvolts',
  W: 'microwatts',
  F: 'microfarads',
};

/** Signs that an English reader says as words. */
const WORDS: readonly (readonly [sign: RegExp, words: string])[] = [
  [/¢/g, ' cents '],
  [/£/g, ' pounds '],
  [/€/g, ' euros '],
  [/[¥￥]/g, ' yen '],
  [/&/g, ' and '],
  [/%/g, ' percent '],
  [/@/g, ' at '],
  [/±/g, ' plus or minus '],
  [/\+/g, ' plus '],
  [/=/g, ' equals '],
  [/≠/g, ' is not equal to '],
  [/≤/g, ' is at most '],
  [/≥/g, ' is at least '],
  [/≈/g, ' is about '],
  [/×/g, ' times '],
  [/÷/g, ' divided by '],
  [/℃|°\s?C\b/g, ' degrees Celsius '],
  [/℉|°\s?F\b/g, ' degrees Fahrenheit '],
  [/°/g, ' degrees '],
  [/§/g, ' section '],
  [/©/g, ' copyright '],
  [/®/g, ' registered '],
  [/∞/g, ' infinity '],
  [/‰/g, ' per mille '],
  [/₹/g, ' rupees '],
  [/[$＄](?![\p{L}\p{N}])/gu, ' dollars '],
  [/(?<!\S)[#＃](?!\S)/g, ' hash '],
  [/(?<=\d\s?)k[\u03A9\u2126]/g, ' kiloohms '],
  [/(?<=\d\s?)M[\u03A9\u2126]/g, ' megaohms '],
  [/(?<=\d\s?)[\u03A9\u2126]/g, ' ohms '],
  [/[‘’‚‛′]/g, "'"],
  [/[“”„‟«»″]/g, '"'],
  [/−(?=\s?[\d.,$£€¥])/g, ' minus '],
  [/[–—―−]/g, ', '],
  [/…/g, '... '],
];

const LONE_GREEK = /(?<!\p{Script=Greek})[\u0391-\u03A1\u03A3-\u03A9\u03B1-\u03C9\u2126\u00B5](?!\p{Script=Greek})/gu;
/** A kana on its own is a face or an ornament, as in a shrug. */
const LONE_KANA =
  /(?<![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{Script=Hiragana}\p{Script=Katakana}](?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu;

/** Says the signs of an English text in words, and drops characters that only format it. */
export function spellSigns(text: string): string {
  // They stand inside words, which a blank in their place would cut in two.
  let written = text.replace(/\p{Cf}/gu, '');
  for (const [sign, one, many] of CURRENCIES) written = spellAmounts(written, sign, one, many);
  written = written
    .replace(/(\d?)([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])/g, (_whole, digit: string, fraction: string) =>
      digit === '' ? ` ${FRACTIONS[fraction] ?? ''} ` : `${digit} and ${FRACTIONS[fraction] ?? ''} `,
    )
    .replace(/(?<=\d\s?)[\u00B5\u03BC]([msglLAVWF])\b/g, (_whole, unit: string) => ` ${MICRO_UNITS[unit] ?? ''} `);
  for (const [sign, words] of WORDS) written = written.replace(sign, words);
  return written.replace(LONE_GREEK, (letter) => ` ${greekName(letter)} `).replace(LONE_KANA, ' ');
}

/** Puts the currency behind the amount, where it is said: `$1` is 1 dollar, `$3 million` is 3 million dollars. */
function spellAmounts(text: string, sign: string, one: string, many: string): string {
  const amounts = new RegExp(
    `${sign}\\s?(\\d+(?:[.,]\\d+)*)(?:\\s?(k|m|mn|b|bn|hundred|thousand|million|billion|trillion)\\b)?`,
    'gi',
  );
  return text.replace(amounts, (_whole, amount: string, scale: string | undefined) => {
    if (scale !== undefined) return `${amount} ${SCALES[scale.toLowerCase()] ?? scale} ${many}`;
    return `${amount} ${amount === '1' ? one : many}`;
  });
}

function greekName(letter: string): string {
  // The signs for micro and ohm are letters by their looks.
  return GREEK[letter.normalize('NFKC').toLowerCase().charCodeAt(0) - FIRST_GREEK] ?? '';
}
