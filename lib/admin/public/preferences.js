// Theme and language, as the operator last chose them. appearance.js reads them before the first paint.
import { en } from './strings/en.js';
import { zh } from './strings/zh.js';

const DICTIONARIES = { en, zh };
export const THEMES = ['system', 'light', 'dark'];

export const language = () => document.documentElement.lang;
export const theme = () => document.documentElement.dataset.theme;

export function setLanguage(value) {
  document.documentElement.lang = value;
  keep('language', value);
}

export function setTheme(value) {
  document.documentElement.dataset.theme = value;
  keep('theme', value);
}

function keep(key, value) {
  try {
    localStorage.setItem(`express-speech.${key}`, value);
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
}

/** Says a sentence of the dictionary in the language of the page, its `{blanks}` filled in. */
export function t(key, blanks = {}) {
  const sentence = DICTIONARIES[language()]?.[key] ?? en[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_blank, name) => String(blanks[name] ?? ''));
}

/** Explains an error code; a remote's HTTP status is one of many. */
export function explain(code) {
  const status = /^status\.(\d+)$/.exec(code)?.[1];
  return status === undefined ? t(`code.${code}`) : t('code.status', { status });
}

export function clock(at) {
  return new Intl.DateTimeFormat(language(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}
