// Writes dist/require/: the entries for those who call `require()`, as CommonJS, and their types beside them. TypeScript lets nobody who
// compiles to `require()` import what its types call ESM, although Node has long done so. There is one copy of the code: theirs is the ESM.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const ENTRIES = ['index', 'resilience/index', 'client/index'];
const dist = new URL('../dist/', import.meta.url);
const target = new URL('require/', dist);
const seen = new Set();

for (const entry of ENTRIES) {
  copyTypes(new URL(`${entry}.d.ts`, dist));
  const up = '../'.repeat(entry.split('/').length);
  writeFileSync(new URL(`${entry}.js`, target), `module.exports = require('${up}${entry}.js');\n`);
}
writeFileSync(new URL('package.json', target), '{ "type": "commonjs" }\n');

/** Copies a file of types and those that it imports. */
function copyTypes(file) {
  if (seen.has(file.href)) return;
  seen.add(file.href);
  const types = readFileSync(file, 'utf8');
  const copy = new URL(file.href.slice(dist.href.length), target);
  mkdirSync(new URL('.', copy), { recursive: true });
  writeFileSync(copy, types);
  for (const [, path] of types.matchAll(/\b(?:from |import\()["'](\.[^"']+)\.js["']/g)) {
    copyTypes(new URL(`${path}.d.ts`, file));
  }
}
