import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';
import type { SpeechEventName } from '../../lib/index.js';
import { SpeechEvents } from '../../lib/speech/events.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCE = `${ROOT}lib/speech/events.ts`;

interface Field {
  /** With a `?` where it is not always there. */
  readonly name: string;
  /** The forms that it takes, in an order that says nothing. */
  readonly type: readonly string[];
  readonly text: string;
}
interface Event {
  readonly name: string;
  readonly text: string;
  readonly fields: readonly Field[];
}

describe('docs/events.md', () => {
  const told = readPage(readFileSync(`${ROOT}docs/events.md`, 'utf8'));
  let typed: readonly Event[];
  before(() => {
    typed = readTypes();
  });

  it('has every event of the types, in their order, and no other', () => {
    expect(typed).to.have.length.greaterThan(5);
    expect(told.map(({ name }) => name)).to.deep.equal(typed.map(({ name }) => name));
  });

  it('names events that can be listened to', () => {
    const events = new SpeechEvents();
    for (const { name } of told)
      expect(() => {
        events.on(name as SpeechEventName, () => undefined);
      }, name).not.to.throw();
  });

  for (const event of told) {
    it(`says of \`${event.name}\` what the types say`, () => {
      expect(event).to.deep.equal(typed.find(({ name }) => name === event.name));
    });
  }
});

/** Reads a heading, a paragraph and a table for each event. */
function readPage(page: string): Event[] {
  return [...page.matchAll(/^## `(\w+)`\n\n(.*)\n\n((?:\|.*\n)+)/gm)].map(([, name = '', text = '', table = '']) => ({
    name,
    text,
    fields: [...table.matchAll(/^\| `([\w?]+)` +\| `(.+?)` +\| (.*?) +\|$/gm)].map(
      ([, field = '', type = '', of = '']) => ({
        name: field,
        type: type.split(' \\| ').sort(),
        text: of,
      }),
    ),
  }));
}

function readTypes(): Event[] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const program = ts.createProgram([SOURCE], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(SOURCE);
  const module = source && checker.getSymbolAtLocation(source);
  const map = module && checker.getExportsOfModule(module).find(({ name }) => name === 'SpeechEventMap');
  if (map === undefined) throw new Error('there are no types of the events');
  const textOf = (symbol: ts.Symbol): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  const formsOf = (type: ts.Type): string[] =>
    type.isUnion() && (type.flags & ts.TypeFlags.Boolean) === 0
      ? type.types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0).flatMap(formsOf)
      : [type.isStringLiteral() ? `'${type.value}'` : checker.typeToString(type)];
  return checker
    .getDeclaredTypeOfSymbol(map)
    .getProperties()
    .map((event) => ({
      name: event.name,
      text: textOf(event),
      fields: checker
        .getTypeOfSymbol(event)
        .getProperties()
        .map((field) => ({
          name: `${field.name}${(field.flags & ts.SymbolFlags.Optional) === 0 ? '' : '?'}`,
          type: formsOf(checker.getTypeOfSymbol(field)).sort(),
          text: textOf(field),
        })),
    }));
}
