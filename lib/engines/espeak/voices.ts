import { countScripts, type Script } from '../../text/script.js';

/** The voice for each script. Where a script serves many languages, the one with the most speakers. */
const VOICE_OF_SCRIPT: Readonly<Record<Script, string>> = {
  Latin: 'en-us',
  Han: 'cmn',
  Hiragana: 'ja',
  Katakana: 'ja',
  Hangul: 'ko',
  Cyrillic: 'ru',
  Greek: 'el',
  Arabic: 'ar',
  Hebrew: 'he',
  Devanagari: 'hi',
  Bengali: 'bn',
  Tamil: 'ta',
  Telugu: 'te',
  Kannada: 'kn',
  Malayalam: 'ml',
  Gujarati: 'gu',
  Gurmukhi: 'pa',
  Oriya: 'or',
  Sinhala: 'si',
  Thai: 'th',
  Myanmar: 'my',
  Georgian: 'ka',
  Armenian: 'hy',
  Ethiopic: 'am',
};

/** Share of a script below which its letters are an exception, which may be named or left out. */
const LEAST_SHARE = 0.05;

/** Every voice that a text may get. */
export const ESPEAK_VOICES: readonly string[] = [...new Set(Object.values(VOICE_OF_SCRIPT))];

/**
 * Names the espeak voice for a text. All of them read Latin words as English ones, so beside Latin letters the other script decides;
 * two such scripts are too many for one voice.
 *
 * Of Japanese it can read kana alone: it would name the kanji one by one.
 *
 * @returns undefined for a text that none of them can read
 */
export function espeakVoiceFor(text: string): string | undefined {
  const { letters, others, total } = countScripts(text);
  if (total === 0) return /\p{N}/u.test(text) ? VOICE_OF_SCRIPT.Latin : undefined;
  if (others > 0 && others >= LEAST_SHARE * total) return undefined;
  const scripts = [...letters]
    // One letter beside others is a sign, as in 5 µm; but a word in Chinese.
    .filter(([script, count]) => count >= LEAST_SHARE * total && (count > 1 || total === 1 || script === 'Han'))
    .map(([script]) => script);
  const [script = 'Latin', ...more] = scripts.filter((one) => one !== 'Latin');
  if (more.length > 0 || (script === 'Hiragana' && /\p{Script=Han}/u.test(text))) return undefined;
  return VOICE_OF_SCRIPT[script];
}
