// What somebody should know before a configuration is saved. It is said, and never refused. No DOM in here.
import { canonical, nameOf } from './draft.js';

/** Milliseconds for which a verification of the very entry stands. */
const STANDS = 120_000;

/**
 * Finds what is hardly meant about the order, as sentences of the dictionary; of what was so before, nothing is said again.
 *
 * @param entries of the chain that is to be saved
 * @param before the entries of the one in use
 */
export function orderWarnings(entries, before) {
  const known = new Set(warningsOf(before).map(canonical));
  return warningsOf(entries).filter((warning) => !known.has(canonical(warning)));
}

function warningsOf(entries) {
  const text = entries.findIndex(({ type }) => type === 'text');
  if (text === -1) return [{ key: 'review.noLastResort', blanks: {} }];
  const behind = entries.slice(text + 1).filter(({ type }) => type !== 'text');
  if (behind.length === 0) return [];
  const blanks = { name: nameOf(entries[text]), others: behind.map(nameOf).join(', ') };
  return [{ key: 'review.textFirst', blanks }];
}

/** Finds the items whose entries are to be tried: those that are new or were changed, and have not been found well just now. */
export function itemsToTry(items, before, now) {
  const saved = new Map(before.map((entry) => [nameOf(entry), canonical(entry)]));
  return items.filter(({ entry, ui }) => {
    if (entry.type !== 'remote' && entry.type !== 'local') return false;
    if (saved.get(nameOf(entry)) === canonical(entry)) return false;
    const { verification } = ui;
    const isKnown = verification?.ok === true && verification.entry === canonical(entry);
    return !(isKnown && now - verification.at < STANDS);
  });
}
