import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';
import { ROOMS, ROOT_FILES } from '../../scripts/rooms.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const SECTIONS = new Map(
  PAGE.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  /** Through a contract, and not by an import. */
  readonly isBroken: boolean;
}

/** What a file declares, names and imports. */
interface Source {
  readonly declared: ReadonlySet<string>;
  /** What its interfaces have. */
  readonly promised: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
  /** Files of ours, those behind an index included. */
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

describe('docs/architecture.md', () => {
  it('tells of every room, and of every file at the root', () => {
    const told = codeIn(section('The rooms'));
    expect(rowsIn(section('The rooms')).map(([room]) => room)).to.have.members(
      Object.keys(ROOMS).map((room) => `${room}/`),
    );
    expect(told).to.include.members([...ROOT_FILES]);
  });

  it('names what is in the room that it says', () => {
    for (const [room = '', text = ''] of rowsIn(section('The rooms'))) {
      const rooms = [room, ...codeIn(text).filter((code) => code.endsWith('/'))];
      const files = rooms.flatMap((one) => filesOf(one));
      for (const name of codeIn(text).flatMap(namesIn)) {
        expect(
          files.some((file) => sourceOf(file).declared.has(name)),
          `${name} in ${room}`,
        ).to.equal(true);
      }
    }
  });

  it('has every room know its own group and those before it, and servants those alone', () => {
    const groups = section('The rooms')
      .split(/^\| (?=\w|\*\*)/m)
      .map((group) => rowsIn(group).map(([room]) => room));
    const groupOf = (room: string): number => groups.findIndex((group) => group.includes(`${room}/`));
    const servants = groupOf('http');
    for (const [room, { may }] of Object.entries(ROOMS)) {
      const group = groupOf(room);
      for (const other of may.map((path) => path.split('/')[0] ?? '').filter((path) => !path.endsWith('.ts'))) {
        expect(groupOf(other), `${room} → ${other}`).to.be.within(0, group === servants ? group - 1 : group);
      }
    }
  });

  for (const walk of ['The way of a request', 'The way of an option']) {
    describe(`“${walk}”`, () => {
      const steps = section(walk)
        .split('\n')
        .filter((line) => /^\d+\. /.test(line));
      const arrows = arrowsIn(section(walk));

      it('is told in ten lines', () => {
        expect(steps).to.have.length(10);
        for (const line of steps) expect(line.length, line).to.be.at.most(140);
      });

      it('names files that there are, and in them what they have', () => {
        const closing = section(walk)
          .split('\n\n')
          .filter((block) => /^`\w+` goes/.test(block));
        for (const block of [...steps, ...closing]) {
          const files = codeIn(block).filter(isFile);
          expect(files, block).not.to.deep.equal([]);
          for (const file of files) expect(existsSync(join(ROOT, 'lib', file)), file).to.equal(true);
          const known = files.map(sourceOf);
          for (const name of codeIn(block).flatMap(namesIn)) {
            const isKnown = known.some(
              ({ declared, promised, packages }) => declared.has(name) || promised.has(name) || packages.has(name),
            );
            expect(isKnown, `${name} in “${block}”`).to.equal(true);
          }
        }
      });

      it('is drawn with the files that it is told with', () => {
        const told = steps.flatMap(codeIn).filter(isFile);
        const drawn = arrows.flatMap(({ from, to }) => [from, to]).filter(isFile);
        expect(new Set(drawn)).to.deep.equal(new Set(told));
      });

      for (const { from, to, name, isBroken } of arrows) {
        it(`leads from ${from} to ${to} by ${name}${isBroken ? ', through a contract' : ''}`, () => {
          const caller = sourceOf(from);
          expect(caller.named.has(name), `${from} names it`).to.equal(true);
          if (!isFile(to)) {
            expect(caller.packages.has(to)).to.equal(true);
            return;
          }
          const called = sourceOf(to);
          expect(called.declared.has(name), `${to} has it`).to.equal(true);
          expect(caller.files.has(to), 'the one imports the other').to.equal(!isBroken);
          if (!isBroken) return;
          const contracts = [from, ...caller.files].filter((file) => sourceOf(file).promised.has(name));
          expect(
            contracts.some((file) => called.files.has(file)),
            'they have a contract',
          ).to.equal(true);
        });
      }
    });
  }
});

function section(title: string): string {
  const found = SECTIONS.get(title);
  if (found === undefined) throw new Error(`there is no section “${title}”`);
  return found;
}

/** The rows of a table that begin with a room. */
function rowsIn(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/^\| `([\w-]+\/)` *\| (.*)\|$/gm)].map(([, room = '', rest = '']) => [room, rest] as const);
}

/** What stands in a text as code, drawings apart. */
function codeIn(text: string): string[] {
  return [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function isFile(code: string): boolean {
  return /^[\w/-]+\.ts$/.test(code);
}

/** The names that a piece of code is made of, where it is no more than names. */
function namesIn(code: string): string[] {
  return /^#?[A-Za-z_]\w*(?:\.[a-z]\w*)*(?:\(\))?$/.test(code) && !isFile(code)
    ? code.replace('()', '').split('.')
    : [];
}

function filesOf(room: string): string[] {
  return readdirSync(join(ROOT, 'lib', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.join(room, name));
}

function arrowsIn(text: string): Arrow[] {
  const drawing = /```mermaid\n([^]*?)```/.exec(text)?.[1] ?? '';
  const files = new Map([...drawing.matchAll(/^ +(\w+)\["(.+)"\]$/gm)].map(([, id = '', file = '']) => [id, file]));
  const arrows = [...drawing.matchAll(/^ +(\w+) (-->|-\.->)\|(\w+)\| (\w+)$/gm)].map(
    ([, from = '', line = '', name = '', to = '']) => ({
      from: files.get(from) ?? from,
      to: files.get(to) ?? to,
      name,
      isBroken: line === '-.->',
    }),
  );
  // Nothing in the drawing is left unread.
  if (drawing.trim().split('\n').length !== 1 + files.size + arrows.length)
    throw new Error('a line of the drawing is not read');
  return arrows;
}

const sources = new Map<string, Source>();

function sourceOf(file: string): Source {
  const known = sources.get(file) ?? readSource(file);
  sources.set(file, known);
  return known;
}

function readSource(file: string): Source {
  const text = readFileSync(join(ROOT, 'lib', file), 'utf8');
  const declared = new Set<string>();
  const promised = new Set<string>();
  const named = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) named.add(node.text);
    const name = nameOf(node);
    if (name !== undefined) {
      (ts.isMethodSignature(node) || ts.isPropertySignature(node) ? promised : declared).add(name);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  const imported = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const direct = imported
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'));
  const behind = direct
    .filter((name) => posix.basename(name) === 'index.ts')
    .flatMap((name) => [...sourceOf(name).files]);
  return {
    declared,
    promised,
    named,
    files: new Set([...direct, ...behind]),
    packages: new Set(imported.filter((name) => !name.startsWith('.'))),
  };
}

/** The name of what a node declares, parameters and what is only imported apart. */
function nameOf(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node);
  if (!isDeclaration || node.name === undefined) return undefined;
  return ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name) ? node.name.text : undefined;
}
