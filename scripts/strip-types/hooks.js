// The loader hooks of ts-blank-space, with what they made kept on disk: loading the TypeScript compiler takes a second in each process
// and each worker, and the tests start hundreds of both.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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
  const source = await readFile(fileURLToPath(url), 'utf8');
  return { format: 'module', shortCircuit: true, source: `${await stripped(source)}\n//# sourceURL=${url}` };
}

async function stripped(source) {
  const name = createHash('sha256').update(version).update('\0').update(source).digest('hex');
  const cached = new URL(`${name}.js`, CACHE);
  try {
    return await readFile(cached, 'utf8');
  } catch {
    // Not seen before.
  }
  const { default: blankSpace } = await import('ts-blank-space');
  const output = blankSpace(source);
  // Under its name only when it is whole: others may be reading.
  const unfinished = new URL(`${randomUUID()}.tmp`, CACHE);
  await mkdir(CACHE, { recursive: true });
  await writeFile(unfinished, output);
  await rename(unfinished, cached);
  return output;
}
