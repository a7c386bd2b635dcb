// The page in English and in Chinese. A sentence is its own key, so that the page reads as it is written where nothing is translated.
import { zh } from './zh.js';

const KEY = 'example.language';

/** The language of the page: the one chosen last, else the browser’s. */
export const language = localStorage.getItem(KEY) ?? (/^zh\b/i.test(navigator.language) ? 'zh' : 'en');

/** Says a sentence in the language of the page, with its `{blanks}` filled in. */
export function t(sentence, blanks = {}) {
  const said = (language === 'zh' && zh[sentence]) || sentence;
  return said.replace(/\{(\w+)\}/g, (_blank, name) => String(blanks[name] ?? ''));
}

/** Translates what stands in the document: each element with `data-t`, and the attributes that it names. */
export function translatePage() {
  document.documentElement.lang = language;
  document.title = t(document.title);
  for (const element of document.querySelectorAll('[data-t]')) {
    const attributes = element.dataset.t.split(' ').filter((name) => name !== '');
    for (const name of attributes) element.setAttribute(name, t(element.getAttribute(name)));
    if (attributes.length === 0) element.textContent = t(element.textContent.trim().replaceAll(/\s+/g, ' '));
  }
}

/** Has the page come back in the other language. */
export function offerLanguages(button) {
  button.addEventListener('click', () => {
    localStorage.setItem(KEY, language === 'zh' ? 'en' : 'zh');
    location.reload();
  });
}
