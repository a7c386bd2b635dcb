import { readSchema } from '../config/read-schema.js';
import { isRecord } from '../options/schemas.js';

/** One value that can be given, and by which names. */
export interface Setting {
  /** Where it stands in a file: `gateway.port`, `cache.maxBytes`. */
  readonly path: readonly string[];
  /** Name of its environment variable. */
  readonly variable: string;
  /** Its flag, without the dashes. */
  readonly flag: string;
  /** What it is. */
  readonly description: string;
  /** What it is when nobody says it; undefined where that depends. */
  readonly default: unknown;
  /** The kinds of value that it may be, as JSON Schema calls them. */
  readonly kinds: readonly string[];
}

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

/** The part of a file that is about the gateway itself. Its names stand alone; those of speech have a word before them. */
const OWN = 'gateway';

/** What is in a file for whoever writes it. */
const UNNAMED = new Set(['$schema']);

/**
 * Lists all that `serve` can be told, from the schema that files are checked against: what is added there has a variable and a flag.
 */
export function settingsTable(): readonly Setting[] {
  const { properties = {} } = readSchema() as Schema;
  return Object.entries(properties)
    .filter(([key]) => !UNNAMED.has(key))
    .flatMap(([key, schema]) => (key === OWN ? insideOf(schema, [key]) : rowsOf(schema, [key])))
    .sort((one, other) => Number(isOwn(other)) - Number(isOwn(one)));
}

/** Says whether a setting is about the gateway itself, or about the speech that its router makes. */
export function isOwn({ path }: Setting): boolean {
  return path[0] === OWN;
}

/** An object can be given as a whole only where it may be something else as well, such as `false`. */
function rowsOf(schema: Schema, path: readonly string[]): Setting[] {
  const forms = schema.anyOf ?? [schema];
  const inside = insideOf(schema, path);
  return inside.length > 0 && forms.length === 1 ? inside : [rowOf(schema, path), ...inside];
}

function insideOf(schema: Schema, path: readonly string[]): Setting[] {
  return (schema.anyOf ?? [schema]).flatMap(({ properties = {} }) =>
    // `{ env: NAME }` says what a variable says itself.
    Object.entries(properties).flatMap(([key, inner]) => (key === 'env' ? [] : rowsOf(inner, [...path, key]))),
  );
}

function rowOf(schema: Schema, path: readonly string[]): Setting {
  const names = path[0] === OWN ? path.slice(1) : path;
  const words = names.flatMap((name) => name.split(/(?=[A-Z])/)).map((word) => word.toLowerCase());
  return {
    path,
    variable: [...(path[0] === OWN ? [] : ['speech']), ...words].join('_').toUpperCase(),
    flag: words.join('-'),
    description: schema.description ?? '',
    default: isRecord(schema.default) && Object.keys(schema.default).length === 0 ? undefined : schema.default,
    kinds: [...new Set(kindsOf(schema))],
  };
}

function kindsOf({ type, const: only, enum: some, anyOf }: Schema): string[] {
  if (anyOf !== undefined) return anyOf.flatMap(kindsOf);
  if (type !== undefined) return [type];
  return (some ?? [only]).map((value) => typeof value);
}
