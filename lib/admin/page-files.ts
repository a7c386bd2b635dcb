import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { moduleFile, ownFile } from '../packages/own-files.js';

/** A file of the page, kept in memory: there are a few dozen kilobytes of them, and no path of a request ever reaches the disk. */
export interface PageFile {
  /** Below the mount, without a slash at its beginning. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The modules of lit-html that the page imports; they import each other by relative paths, so that no import map is needed. */
const LIT_MODULES = [
  'lit-html.js',
  'directive.js',
  'directive-helpers.js',
  'directives/if-defined.js',
  'directives/live.js',
  'directives/repeat.js',
];

/**
 * Reads the files of the page and of the library it uses.
 *
 * @throws {MissingFileError} in a bundle, where they are not
 */
export function readPageFiles(): readonly PageFile[] {
  const folder = ownFile('admin/public/');
  const own = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => extname(path) in CONTENT_TYPES,
  );
  const lit = litDirectory();
  return [
    ...own.map((path) => pageFile(path.split(sep).join('/'), join(folder, path))),
    ...LIT_MODULES.map((path) => pageFile(`lit-html/${path}`, join(lit, path))),
  ];
}

function pageFile(path: string, file: string): PageFile {
  return { path, contentType: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream', body: readFileSync(file) };
}

/** Finds the package's directory: Node itself is given a build for servers, which lies in a folder of it. */
function litDirectory(): string {
  const entry = moduleFile('lit-html');
  const name = `${sep}lit-html${sep}`;
  return entry.slice(0, entry.lastIndexOf(name) + name.length);
}
