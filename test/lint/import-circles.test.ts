import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

const LIB = fileURLToPath(new URL('../../lib', import.meta.url));

describe('the imports of lib/', () => {
  // The linter looks for circles of values alone; one of types binds two files together as well.
  it('have no circle, of types neither', () => {
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));
    const imports = new Map(files.map((file) => [file, importsOf(file)]));
    expect([...imports.values()].flat().length).to.be.above(files.length);
    expect(circles(imports)).to.deep.equal([]);
  });
});

function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(join(LIB, file), 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'));
}

/** Follows every import down, and notes the way where it comes back to a file that it came through. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' → '));
    else if (!done.has(file)) {
      for (const imported of imports.get(file) ?? []) follow(imported, [...way, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) follow(file, []);
  return found;
}
