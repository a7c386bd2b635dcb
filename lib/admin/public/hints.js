import { language } from './preferences.js';
import { hintsZh } from './strings/hints-zh.js';

const DICTIONARIES = { zh: compile(hintsZh) };

/** Sentences are taken for whole ones only between these. */
const BETWEEN = '; ';

/**
 * Says a hint of a verification in the language of the page, as far as it is known. Names, numbers and what the server said itself stay
 * as they are, and so does a hint that is not known.
 */
export function hintText(hint) {
  const dictionary = DICTIONARIES[language()];
  return dictionary === undefined ? hint : translate(hint, dictionary);
}

/** Translates a hint, or as much of its beginning as is known, and then the rest of it. */
export function translate(hint, dictionary) {
  const parts = hint.split(BETWEEN);
  for (let count = parts.length; count > 0; count -= 1) {
    const said = translateWhole(parts.slice(0, count).join(BETWEEN), dictionary);
    if (said === undefined) continue;
    const rest = parts.slice(count).join(BETWEEN);
    return rest === '' ? said : `${said}；${translate(rest, dictionary)}`;
  }
  return parts.length === 1 ? hint : `${parts[0]}${BETWEEN}${translate(parts.slice(1).join(BETWEEN), dictionary)}`;
}

/** Makes what hints are translated with from pairs of sentences, with {blanks} in both. */
export function compile(pairs) {
  return pairs.map(([sentence, translation]) => ({
    names: [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    pattern: patternOf(sentence),
    translation,
  }));
}

/** A blank stands for anything but the end of a sentence; what the server said, a `{message}`, may have many. */
function patternOf(sentence) {
  const parts = sentence.split(/(\{\w+\})/).map((part) => {
    if (part === '{message}') return '(.+)';
    return /^\{\w+\}$/.test(part) ? '((?:(?!; ).)+)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'su');
}

function translateWhole(sentence, dictionary) {
  for (const { names, pattern, translation } of dictionary) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    const blanks = Object.fromEntries(names.map((name, index) => [name, found[index + 1]]));
    return translation.replace(/\{(\w+)\}/g, (_blank, name) => blanks[name]);
  }
  return undefined;
}
