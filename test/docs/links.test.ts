import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

describe('the pages', () => {
  it('have no link that leads nowhere', () => {
    expect(PAGES.flatMap(linksOf).length).to.be.greaterThan(100);
    expect(PAGES.flatMap((page) => linksOf(page).flatMap((link) => problemWith(page, link)))).to.deep.equal([]);
  });

  it('are all led to from the README, a decision by the list of them', () => {
    const known = new Set(['README.md']);
    for (const page of known) {
      for (const link of linksOf(page)) {
        const { file } = targetOf(page, link);
        if (PAGES.includes(file)) known.add(file);
      }
    }
    expect(PAGES.filter((page) => !known.has(page))).to.deep.equal([]);
  });
});

/** The links of a page to files of this repository and to headings, outside of code. */
function linksOf(page: string): string[] {
  return [...textOf(page).matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function problemWith(page: string, link: string): string[] {
  const { file, anchor } = targetOf(page, link);
  const problem = `${page}: ${link}`;
  if (!existsSync(join(ROOT, file))) return [problem];
  return anchor === undefined || anchorsOf(file).includes(anchor) ? [] : [problem];
}

function targetOf(page: string, link: string): { readonly file: string; readonly anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  return { file: path === '' ? page : normalize(join(dirname(page), path)), anchor };
}

/** What GitHub makes of the headings. */
function anchorsOf(page: string): string[] {
  return [
    ...readFileSync(join(ROOT, page), 'utf8')
      .replace(/^```[^]*?^```/gm, '')
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A page without its code, in which brackets are no links. */
function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
    .replace(/^```[^]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => '_'.repeat(code.length));
}
