// Puts what the comments of the options say into their JSON Schema, so that an editor shows the same over a file as over code, and it is
// written down once. A comment is found by the path of its property, through the types that TypeScript makes of the options' schemas.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = fileURLToPath(new URL('../lib/config/json-schema.ts', import.meta.url));

/** Describes every property of the schema. Throws for one whose option has no comment. */
export function describeSchema(schema) {
  const checker = openProgram().getTypeChecker();
  return describe(checker, schema, [configurationType(checker)], 'the configuration');
}

let program;

function openProgram() {
  const { config } = ts.readConfigFile(`${ROOT}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [FILE] }, ts.sys, ROOT);
  program ??= ts.createProgram([FILE], options);
  return program;
}

function configurationType(checker) {
  const module = checker.getSymbolAtLocation(openProgram().getSourceFile(FILE));
  const found = checker.getExportsOfModule(module).find(({ name }) => name === 'ConfigurationFile');
  return checker.getDeclaredTypeOfSymbol(found);
}

/** @param types what TypeScript makes of this part of the schema: more than one where it takes several forms */
function describe(checker, schema, types, path) {
  const described = { ...schema };
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    if (schema[word] === undefined) continue;
    described[word] = schema[word].map((form) => {
      const meant = formsOf(checker, form, types);
      const names = meant.map(({ aliasSymbol, symbol }) => aliasSymbol ?? symbol).filter((name) => name !== undefined);
      const description = word === 'oneOf' ? textOf(checker, names) : '';
      return { ...describe(checker, form, meant, path), ...(description === '' ? {} : { description }) };
    });
  }
  if (schema.items !== undefined) {
    const elements = types.map((type) => checker.getIndexTypeOfType(type, ts.IndexKind.Number));
    described.items = describe(checker, schema.items, constituents(elements), `${path}[]`);
  }
  if (schema.properties === undefined) return described;
  described.properties = Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => {
      const inside = `${path}.${key}`;
      const symbols = types
        .map((type) => checker.getPropertyOfType(type, key))
        .filter((symbol) => symbol !== undefined);
      const description = textOf(checker, symbols);
      if (description === '') throw new Error(`${inside} has no comment that says what it is`);
      const values = constituents(symbols.map((symbol) => checker.getTypeOfSymbol(symbol)));
      return [key, { description, ...describe(checker, property, values, inside) }];
    }),
  );
  return described;
}

/** The members of the unions among these types. */
function constituents(types) {
  return types.filter((type) => type !== undefined).flatMap((type) => (type.isUnion() ? type.types : [type]));
}

/** The types that one form of the schema is about: the kinds of provider are told by their `type`. */
function formsOf(checker, { properties = {} }, types) {
  const kind = properties.type?.const;
  if (kind === undefined) return types;
  return types.filter((type) => {
    const symbol = checker.getPropertyOfType(type, 'type');
    return symbol !== undefined && checker.getTypeOfSymbol(symbol).value === kind;
  });
}

/** What the comment of the first of these says, in one line and without its tags: a schema has its own word for a default. */
function textOf(checker, symbols) {
  const texts = symbols.map((symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  return (texts.find((text) => text !== '') ?? '').replace(/\s+/g, ' ').trim();
}
