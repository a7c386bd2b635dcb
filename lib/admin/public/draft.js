// What is being edited: the options as they will be saved. No DOM in here, so that it can be tested without a browser.

/** What a router has that was told nothing of `fallback`. */
const DEFAULT_FALLBACK = [{ type: 'local' }, { type: 'text' }];
const MOST_ENTRIES = 8;

let lastId = 0;

/** Makes a draft of the options. `savedName` tells which provider of the running chain an item is, and a new one has none; `ui` is the page’s. */
export function createDraft(options) {
  const { fallback = DEFAULT_FALLBACK, ...general } = structuredClone(options);
  return { general, items: fallback.map((entry) => createItem(entry, nameOf(entry))) };
}

function createItem(entry, savedName) {
  lastId += 1;
  return { id: `entry-${lastId}`, entry, savedName, ui: {} };
}

export function optionsOf({ general, items }) {
  return { ...general, fallback: items.map(({ entry }) => entry) };
}

export const nameOf = ({ name, type }) => name ?? type;

/** Says whether saving the draft would change anything; the order of keys does not count. */
export function isChanged(draft, options) {
  return canonical(optionsOf(draft)) !== canonical(optionsOf(createDraft(options)));
}

export const canonical = (value) => JSON.stringify(value, (_key, inner) => (isObject(inner) ? sorted(inner) : inner));

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Moves an item to a place, counted from 0. Returns the place where it is now. */
export function move(draft, id, place) {
  const from = draft.items.findIndex((item) => item.id === id);
  const to = Math.max(0, Math.min(draft.items.length - 1, place));
  draft.items.splice(to, 0, ...draft.items.splice(from, 1));
  return to;
}

export const canAdd = ({ items }) => items.length < MOST_ENTRIES;

/** Adds a provider where it makes sense: servers before local engines, and all of them before text. */
export function add(draft, type) {
  const later = { remote: ['local', 'text'], local: ['text'], text: [] }[type];
  const entry = { type, name: freeName(draft, type), ...(type === 'remote' && { baseUrl: '' }) };
  const item = createItem(entry, null);
  const place = draft.items.findIndex((other) => later.includes(other.entry.type));
  draft.items.splice(place === -1 ? draft.items.length : place, 0, item);
  return item;
}

function freeName({ items }, type) {
  const taken = new Set(items.map(({ entry }) => nameOf(entry)));
  let name = type;
  for (let number = 2; taken.has(name); number += 1) name = `${type}-${number}`;
  return name;
}

export function remove(draft, id) {
  draft.items = draft.items.filter((item) => item.id !== id);
}

export function valueAt(object, path) {
  return path.reduce((value, key) => (isObject(value) ? value[key] : undefined), object);
}

/** Sets a value, or takes it out where it is undefined, with the objects on the way that are empty then. */
export function setAt(object, [key, ...rest], value) {
  if (rest.length === 0) {
    if (value === undefined) delete object[key];
    else object[key] = value;
    return;
  }
  if (!isObject(object[key])) {
    if (value === undefined) return;
    object[key] = {};
  }
  setAt(object[key], rest, value);
  if (Object.keys(object[key]).length === 0) delete object[key];
}

/** Returns what the fields do not show, so that the advanced field can, and nothing is lost. */
export function restOf(object, fields) {
  const rest = structuredClone(object);
  for (const field of fields) if (shows(field, valueAt(object, field.path))) setAt(rest, field.path, undefined);
  return rest;
}

/** Puts an edited rest in the place of the one before. What has a field of its own is shown there from now on. */
export function withRest(object, fields, rest) {
  const kept = {};
  for (const field of fields) {
    const value = valueAt(object, field.path);
    if (value !== undefined && shows(field, value)) setAt(kept, field.path, value);
  }
  return merge(kept, rest);
}

/** Says whether a field can show a value; an engine may be an object, and health checks may be off altogether. */
function shows({ kind, options }, value) {
  if (kind === 'select') return value === undefined || options.includes(value);
  if (kind === 'switch') return value === false;
  return true;
}

function merge(one, other) {
  const merged = { ...one };
  for (const [key, value] of Object.entries(other)) {
    merged[key] = isObject(value) && isObject(merged[key]) ? merge(merged[key], value) : value;
  }
  return merged;
}

/** Picks the problems of one entry, with their paths inside it: `fallback[1].timeout.connect` is `timeout.connect` of the second. */
export function problemsOfEntry(problems, index) {
  const prefix = `fallback[${index}]`;
  return problems
    .filter(({ path }) => path === prefix || path.startsWith(`${prefix}.`))
    .map(({ path, message }) => ({ path: path.slice(prefix.length + 1), message }));
}

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
