import { expect } from 'chai';
import { configurationSchema } from '../../../lib/config/json-schema.js';
import { pageModule } from '../../support/page-module.js';

interface Field {
  readonly path: string[];
  readonly kind: string;
  readonly placeholder?: string;
  readonly options?: unknown[];
  readonly choices?: unknown[];
  readonly standard?: unknown[];
}

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
  readonly enum?: unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly items?: Schema;
}

const { fieldsOf, FORMS, FORMATS, GENERAL } = (await pageModule('fields.js')) as {
  fieldsOf: (type: string) => Field[];
  FORMS: Record<string, unknown>;
  FORMATS: string[];
  GENERAL: Field[];
};

const OPTIONS = configurationSchema() as Schema;
const ENTRIES = OPTIONS.properties?.['fallback']?.items;

/** Defaults that depend on the machine or on another option, and examples in their place. */
const NO_DEFAULT = new Set(['baseUrl', 'model', 'voice', 'health.path', 'pool.maxSockets']);

function schemaAt(schema: Schema, [first = '', ...rest]: readonly string[]): Schema | undefined {
  const candidates = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const next = candidates.map(({ properties }) => properties?.[first]).find((found) => found !== undefined);
  return rest.length === 0 || next === undefined ? next : schemaAt(next, rest);
}

function entrySchema(type: string): Schema {
  const found = (ENTRIES?.oneOf ?? ENTRIES?.anyOf ?? []).find(({ properties }) => properties?.['type']?.const === type);
  if (found === undefined) throw new Error(`the schema has no ${type}`);
  return found;
}

function allChoices({ enum: values = [], const: value, anyOf = [] }: Schema): unknown[] {
  return [...values, ...(value === undefined ? [] : [value]), ...anyOf.flatMap(allChoices)];
}

const forms: [string, Schema, Field[]][] = [
  ...Object.keys(FORMS).map((type): [string, Schema, Field[]] => [type, entrySchema(type), fieldsOf(type)]),
  ['all requests', OPTIONS, GENERAL],
];

describe('the fields of the admin page', () => {
  for (const [name, schema, fields] of forms) {
    it(`for ${name} are options that there are, with their defaults and choices`, () => {
      for (const { path, kind, placeholder, options } of fields) {
        const key = path.join('.');
        const found = schemaAt(schema, path);
        expect(found, key).to.not.equal(undefined);
        if (kind === 'number' && placeholder !== '' && !NO_DEFAULT.has(key)) {
          expect(placeholder, key).to.equal(String(found?.default));
        }
        if (options !== undefined && found !== undefined) expect(allChoices(found), key).to.include.members(options);
      }
    });
  }

  it('offer every format and every mark that there is, ticked where that is the default', () => {
    const formats = schemaAt(entrySchema('remote'), ['formats']);
    expect(formats?.items?.enum).to.deep.equal(FORMATS);
    const several = fieldsOf('remote').filter(({ kind }) => kind === 'several');
    expect(several.map(({ path }) => path.join('.'))).to.deep.equal(['formats', 'marks']);
    for (const { path, choices, standard } of several) {
      const found = schemaAt(entrySchema('remote'), path);
      expect(found?.items?.enum, path.join('.')).to.deep.equal(choices);
      expect(found?.default, path.join('.')).to.deep.equal(standard);
    }
  });
});
