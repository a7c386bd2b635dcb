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

const TIMES = {
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minutes: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
};

/** Writes a time of the clock, in seconds, in minutes, or with its day where that is not today. */
export function clock(at, precision = 'seconds') {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const shown = precision === 'day' && isToday ? 'seconds' : precision;
  return new Intl.DateTimeFormat(language(), TIMES[shown]).format(at);
}

/** Writes a share. What is nearly all, or nearly nothing, is not made to look like it. */
export function percent(share) {
  const inTenths = (round) => round(share * 1000) / 1000;
  const rounded = share > 0.99 ? inTenths(Math.floor) : share < 0.01 ? inTenths(Math.ceil) : share;
  const digits = rounded < 0.01 || rounded > 0.99 ? 1 : 0;
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: digits }).format(rounded);
}
