import type { SpeechModel, SpeechVoice } from '../../speech/provider.js';

/** Most entries of a list; the largest known server has some 400 voices. */
const MOST_ENTRIES = 2_000;
const MOST_NAME_CHARACTERS = 256;

/** Reads a list of voices in any of the known dialects: objects or strings, bare or under `voices` or `data`. */
export function readVoices(body: unknown): SpeechVoice[] {
  return entriesOf(body, ['voices', 'data']).flatMap((entry) => {
    const id = text(entry, ['id', 'voice_id', 'voice', 'name']);
    return id === undefined ? [] : [{ id, name: text(entry, ['name', 'display_name', 'label']) ?? id }];
  });
}

/** Reads a list of models: OpenAI's `{ data: [{ id }] }`, or objects or strings, bare or under `models`. */
export function readModels(body: unknown): SpeechModel[] {
  return entriesOf(body, ['data', 'models']).flatMap((entry) => {
    const id = text(entry, ['id', 'model', 'name']);
    return id === undefined ? [] : [{ id }];
  });
}

function entriesOf(body: unknown, keys: readonly string[]): readonly unknown[] {
  if (Array.isArray(body)) return body.slice(0, MOST_ENTRIES);
  if (typeof body !== 'object' || body === null) return [];
  const fields: Record<string, unknown> = { ...body };
  for (const key of keys) {
    const list = fields[key];
    if (Array.isArray(list)) return list.slice(0, MOST_ENTRIES);
    // A map from id to description.
    if (typeof list === 'object' && list !== null) return Object.keys(list).slice(0, MOST_ENTRIES);
  }
  return [];
}

function text(entry: unknown, keys: readonly string[]): string | undefined {
  if (typeof entry === 'string') return nonEmpty(entry);
  if (typeof entry !== 'object' || entry === null) return undefined;
  const fields: Record<string, unknown> = { ...entry };
  for (const key of keys) {
    const value = fields[key];
    if (typeof value === 'string' && nonEmpty(value) !== undefined) return nonEmpty(value);
  }
  return undefined;
}

function nonEmpty(value: string): string | undefined {
  const trimmed = value.trim().slice(0, MOST_NAME_CHARACTERS);
  return trimmed === '' ? undefined : trimmed;
}
