import type { SpeechModel, SpeechVoice } from '../../speech/provider.js';

/** Most entries of a list; the largest known server has some 400 voices. */
const MOST_ENTRIES = 2_000;
/** The longest name that a request may have, so a longer one could not be asked for. */
const MOST_NAME_CHARACTERS = 256;
/** How deep a list may lie in what is around it, as in `{ data: { voices: { en: [] } } }`. */
const MOST_DEPTH = 4;

/** What a list stands under, where it does not stand alone. The first that is there is taken. */
const VOICE_LISTS = ['voices', 'data', 'items', 'Voices'];
const MODEL_LISTS = ['data', 'models', 'items'];

// Azure has a `Name` too, which is a description that no request may use; so its `ShortName` comes first.
const VOICE_IDS = ['id', 'voice_id', 'voiceId', 'ShortName', 'voice', 'name', 'Id', 'Name'];
const VOICE_NAMES = ['name', 'display_name', 'displayName', 'DisplayName', 'label', 'title', 'Name'];
const MODEL_IDS = ['id', 'model', 'model_id', 'name'];

/** Tasks of a model that speaks, where a server has others as well and says which is for what. */
const SPEAKING_TASK = /to-(speech|audio)|tts/i;

/** One entry of a list; it has a key where the list is a map from id to description. */
interface Entry {
  readonly key?: string;
  readonly value: unknown;
}

/**
 * Reads a list of voices in any of the known dialects: strings, numbers or objects, in a list, in a map from id to description or
 * in groups (by language, by model), bare or under one of the known keys. What is no list has no voices in it.
 */
export function readVoices(body: unknown): SpeechVoice[] {
  const voices = entriesOf(body, VOICE_LISTS).flatMap(({ key, value }) => {
    const id = idOf(key ?? text(value, VOICE_IDS));
    return id === undefined ? [] : [{ id, name: nameIn(value) ?? id }];
  });
  return unique(voices);
}

/** Reads a list of models, in the same dialects. Those that a server says are for another task than to speak are left out. */
export function readModels(body: unknown): SpeechModel[] {
  const models = entriesOf(body, MODEL_LISTS).flatMap(({ key, value }) => {
    const id = idOf(key ?? text(value, MODEL_IDS));
    return id === undefined || !speaks(value) ? [] : [{ id }];
  });
  return unique(models);
}

function entriesOf(body: unknown, keys: readonly string[], depth = 0): readonly Entry[] {
  if (Array.isArray(body)) return body.slice(0, MOST_ENTRIES).map((value: unknown) => ({ value }));
  if (!isObject(body) || depth > MOST_DEPTH) return [];
  const inner = keys.map((key) => body[key]).find((value) => typeof value === 'object' && value !== null);
  if (inner !== undefined) return entriesOf(inner, keys, depth + 1);
  const members = Object.entries(body).slice(0, MOST_ENTRIES);
  if (members.every(([, value]) => Array.isArray(value))) {
    return members.flatMap(([, group]) => entriesOf(group, keys, depth + 1));
  }
  // Where nothing says that this is the list, it has to look like a map and not like an error or any other reply.
  const isMap = depth > 0 || (members.every(([, value]) => isObject(value)) && !('error' in body || 'detail' in body));
  return isMap ? members.map(([key, value]) => ({ key, value })) : [];
}

/** Takes a name out of a description only: a text beside an id may as well be the path of a file on the server. */
function nameIn(value: unknown): string | undefined {
  return isObject(value) ? text(value, VOICE_NAMES)?.slice(0, MOST_NAME_CHARACTERS) : undefined;
}

function speaks(value: unknown): boolean {
  const task = isObject(value) ? value['task'] : undefined;
  return typeof task !== 'string' || SPEAKING_TASK.test(task);
}

/** An id that was cut would be another's, or nobody's. */
function idOf(id: string | undefined): string | undefined {
  const trimmed = id?.trim() ?? '';
  return trimmed === '' || trimmed.length > MOST_NAME_CHARACTERS || /\p{Cc}/u.test(trimmed) ? undefined : trimmed;
}

function text(entry: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(entry)) return word(entry);
  for (const key of keys) {
    const value = word(entry[key]);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Some servers number their speakers. */
function word(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps the first of those that have the same id. */
function unique<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  const byId = new Map<string, Item>();
  for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
  return [...byId.values()];
}
