import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const FENCE = /^```(\w*)\n([^]*?)^```/gm;

describe('README.zh-CN.md', () => {
  const english = read('README.md');
  const chinese = read('README.zh-CN.md');

  it('has the headings of the README, each at its level', () => {
    expect(levelsOf(english)).to.have.length.greaterThan(5);
    expect(levelsOf(chinese)).to.deep.equal(levelsOf(english));
  });

  it('has its examples, comments and what is spoken apart', () => {
    expect(examplesOf(english)).to.have.length.greaterThan(10);
    expect(examplesOf(chinese)).to.deep.equal(examplesOf(english));
  });

  it('leads where it leads, section by section', () => {
    expect(linksOf(english).flat()).to.have.length.greaterThan(20);
    expect(linksOf(chinese)).to.deep.equal(linksOf(english));
  });

  it('has its tables, row by row, with what is written as code in them', () => {
    expect(rowsOf(english)).to.have.length.greaterThan(5);
    expect(rowsOf(chinese)).to.deep.equal(rowsOf(english));
  });

  it('is a click away from it, and it from there', () => {
    expect(english.split('\n## ')[0]).to.contain('[简体中文](README.zh-CN.md)');
    expect(chinese.split('\n## ')[0]).to.contain('[English](README.md)');
  });
});

function levelsOf(page: string): number[] {
  return [...page.replace(FENCE, '').matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length);
}

/** The examples, without what a reader of another language would read or hear in another one. */
function examplesOf(page: string): string[] {
  return [...page.matchAll(FENCE)].map(([, language = '', code = '']) => {
    const silent = code
      .replace(/(?<=speak\()'[^']*'/g, 'TEXT')
      .replace(/(?<="input":)"[^"]*"/g, 'TEXT')
      .replace(/(?<=\bsay )"[^"]*"/g, 'TEXT');
    return `${language}: ${silent.replace(language === 'sh' ? /(?<=^|\s)#.*/gm : /(?<=^|\s)\/\/.*/gm, '')}`;
  });
}

/** The links of each section, in any order, as languages have their own. Headings of a page itself, and its other language, are apart. */
function linksOf(page: string): string[][] {
  return page
    .replace(FENCE, '')
    .split(/^## /m)
    .map((section) =>
      [...section.matchAll(/\]\(([^()\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^(?:#|README)/.test(target))
        .sort(),
    );
}

function rowsOf(page: string): string[][] {
  return [...page.replace(FENCE, '').matchAll(/^\|.*\|$/gm)].map(([row]) => (row.match(/`[^`]+`/g) ?? []).sort());
}
