import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { MATRIX } from './matrix.js';
import { renderMatrix } from './table.js';

describe('the table of the fault matrix', () => {
  it('is up to date in docs/faults.md; `npm run docs:faults` writes it', () => {
    const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
    expect(page).to.equal(renderMatrix(MATRIX));
  });

  it('has a name of its own for every row', () => {
    const names = MATRIX.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });
});
