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
/** Letters that belong to one writing system; those that all may use, such as ʰ or ー, are none to judge by. */
const LETTERS = /(?=\p{L})[^\p{Script=Common}\p{Script=Inherited}]/gu;
/** Share of kana among the characters of a Japanese text; a Chinese one has a の at times. */
const LEAST_KANA = 0.2;

/** How many letters of each writing system a text has. */
export interface ScriptCount {
  readonly letters: ReadonlyMap<Script, number>;
  /** Letters of scripts that are not listed. */
  readonly others: number;
  readonly total: number;
}

/**
 * Counts the letters of a text by their writing system, styled ones such as 𝐇 and ℹ as what they stand for.
 *
 * All of Japanese counts as `Hiragana`, the Han among its kana as well; without a real share of kana it is Han.
 */
export function countScripts(text: string): ScriptCount {
  const all = text.normalize('NFKC').match(LETTERS) ?? [];
  const joined = all.join('');
  const letters = new Map<Script, number>();
  let others = all.length;
  for (const { script, pattern } of PATTERNS) {
    const count = joined.match(pattern)?.length ?? 0;
    if (count > 0) letters.set(script, count);
    others -= count;
  }
  const kana = (letters.get('Hiragana') ?? 0) + (letters.get('Katakana') ?? 0);
  const han = letters.get('Han') ?? 0;
  if (kana > 0) {
    const isJapanese = kana >= LEAST_KANA * (kana + han);
    letters.delete('Katakana');
    letters.delete(isJapanese ? 'Han' : 'Hiragana');
    letters.set(isJapanese ? 'Hiragana' : 'Han', kana + han);
  }
  return { letters, others, total: all.length };
}

/**
 * Names the writing system that most of a text's letters belong to.
 *
 * @returns undefined for a text without letters, or when most are in scripts that are not listed
 */
export function dominantScript(text: string): Script | undefined {
  const { letters, others } = countScripts(text);
  let best: { readonly script: Script; readonly count: number } | undefined;
  for (const [script, count] of letters) if (best === undefined || count > best.count) best = { script, count };
  return best === undefined || others > best.count ? undefined : best.script;
}
