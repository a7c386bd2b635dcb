import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** What stands for a value in a title, on the page and in a test. */
const GAP = '…';

interface Row {
  readonly attempt: string;
  readonly file: string;
  readonly title: string;
}

describe('SECURITY.md', () => {
  const page = readFileSync(at('SECURITY.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (.+?) +\| .+? +\| `(test\/.+?)` +\| “(.+?)” +\|$/gm)].map(
    ([, attempt = '', file = '', title = '']): Row => ({ attempt, file, title }),
  );

  it('says of each thing that is refused which test refuses it', () => {
    const inTables = page.split('\n').filter((line) => /^\| (?!attempt|-)/.test(line));
    expect(rows).to.have.length.greaterThan(20);
    expect(rows).to.have.lengthOf(inTables.length);
  });

  for (const { attempt, file, title } of rows) {
    it(`has a test for ${attempt}`, () => {
      expect(existsSync(at(file)), file).to.equal(true);
      expect(titlesIn(readFileSync(at(file), 'utf8')), file).to.include(title);
    });
  }

  it('says who attacks, what is worth protecting, what is left to the host and how to report', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).to.deep.equal([
      'Report a hole',
      'What is worth protecting',
      'Who attacks',
      'What is refused',
      'What is left to you',
    ]);
  });
});

/** The titles of a file's tests, values apart; what is skipped is no test. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/(?<!\w)it\(\s*(['`])(.+?)\1,/g)].map(([, , title = '']) =>
    title.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, GAP),
  );
}
