// The loader hooks of ts-blank-space, with what they made kept on disk: loading the TypeScript compiler takes a second in each process,
// and the tests start hundreds.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const LIB = new URL('../../lib/', import.meta.url);
/** The package as JavaScript, for speech workers: they take nothing over of how their process was started, these hooks neither. */
const TREE = new URL('../../node_modules/.cache/strip-types/lib/', import.meta.url);
const CACHE = new URL('../../node_modules/.cache/strip-types/', import.meta.url);
const { version } = createRequire(import.meta.url)('ts-blank-space/package.json');

/** As TypeScript does it: what is imported as `.js` may be a `.ts` file. */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const url = error?.url;
    if (typeof url !== 'string' || !url.endsWith('.js')) throw error;
    return nextResolve(`${url.slice(0, -'.js'.length)}.ts`, context);
  }
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  return { format: 'module', shortCircuit: true, source: await sourceOf(url) };
}

async function sourceOf(url) {
  if (url !== new URL('engines/worker/worker-url.ts', LIB).href) return compiled(url);
  await writeTree();
  return `export const workerUrl = () => new URL(${JSON.stringify(new URL('engines/worker/worker.js', TREE).href)});`;
}

/** Compiles what workers may load, as far as it has changed. */
async function writeTree() {
  const names = await readdir(LIB, { recursive: true });
  await Promise.all(names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map(writeCompiled));
}

async function writeCompiled(name) {
  const source = await compiled(new URL(name, LIB).href);
  const file = new URL(name.replace(/ts$/, 'js'), TREE);
  if ((await contentOf(file)) !== source) await put(file, source);
}

/** The address at the end is for whoever reads a stack, and for the coverage. */
async function compiled(url) {
  return `${await stripped(await readFile(fileURLToPath(url), 'utf8'))}\n//# sourceURL=${url}`;
}

async function stripped(source) {
  const name = createHash('sha256').update(version).update('\0').update(source).digest('hex');
  const cached = new URL(`${name}.js`, CACHE);
  const before = await contentOf(cached);
  if (before !== undefined) return before;
  const { default: blankSpace } = await import('ts-blank-space');
  const output = blankSpace(source);
  await put(cached, output);
  return output;
}

async function contentOf(file) {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes a file that others may be reading: under its name only when it is whole. */
async function put(file, content) {
  const unfinished = new URL(`${randomUUID()}.tmp`, CACHE);
  await mkdir(new URL('.', file), { recursive: true });
  await mkdir(CACHE, { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, file);
}
