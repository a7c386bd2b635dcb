/** Writing systems that a voice can be chosen by. */
const SCRIPTS = [
  'Latin',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Gujarati',
  'Gurmukhi',
  'Oriya',
  'Sinhala',
  'Thai',
  'Myanmar',
  'Georgian',
  'Armenian',
  'Ethiopic',
] as const;

export type Script = (typeof SCRIPTS)[number];

const PATTERNS = SCRIPTS.map((script) => ({ script, pattern: new RegExp(`\\p{Script=${script}}`, 'gu') }));
const LETTERS = /\p{L}/gu;

/**
 * Names the writing system that most of a text's letters belong to.
 *
 * Japanese is told from Chinese by its syllabaries: a text with any of them is `Hiragana`, however many characters are Han.
 *
 * @returns undefined for a text without letters, or in a script that is not listed
 */
export function dominantScript(text: string): Script | undefined {
  let best: { readonly script: Script; readonly count: number } | undefined;
  for (const { script, pattern } of PATTERNS) {
    const count = text.match(pattern)?.length ?? 0;
    if (count === 0) continue;
    if (script === 'Hiragana' || script === 'Katakana') return 'Hiragana';
    if (best === undefined || count > best.count) best = { script, count };
  }
  return best?.script;
}

/** Says whether every letter of a text is of one writing system; a text without letters has none to be wrong. */
export function isAllOf(text: string, script: Script): boolean {
  const pattern = PATTERNS.find((entry) => entry.script === script)?.pattern;
  const letters = text.match(LETTERS)?.length ?? 0;
  return (
    pattern !== undefined && letters === (text.match(pattern)?.filter((letter) => /\p{L}/u.test(letter)).length ?? 0)
  );
}
