import { readFileSync, readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fence of a page. */
export interface Example {
  /** From the root of the repository, as `docs/http.md`. */
  readonly page: string;
  /** The line of the page on which its code begins. */
  readonly line: number;
  /** What stands behind the fence's backticks. */
  readonly language: string;
  readonly code: string;
}

/** Finds the examples of what users read: the README, to which its Chinese form is held, and the pages of `docs/`, decisions apart. */
export function readExamples(): Example[] {
  const docs = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.md') && !path.startsWith('docs/decisions/'));
  return ['README.md', ...docs.sort()].flatMap(examplesOf);
}

/** Finds the examples of one page, in its order. */
export function examplesOf(page: string): Example[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  // A fence in a list stands as far in as its item.
  return [...text.matchAll(/^( *)```(\S*)[^\n]*\n([^]*?)^\1```$/gm)].map(
    ({ index, 1: indent = '', 2: language = '', 3: code = '' }) => ({
      page,
      line: text.slice(0, index).split('\n').length + 1,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}
