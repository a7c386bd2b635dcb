import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PROBLEMS } from '../../lib/http/problems.js';
import { SPEECH_ERROR_CODES } from '../../lib/speech/error.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/troubleshooting.md', () => {
  const rows = read('docs/troubleshooting.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const told = rows.flatMap(([codes = '']) => [...codes.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));

  it('has every code once, and no other', () => {
    const ofTheGateway = [...read('lib/gateway/problems.ts').matchAll(/^ {2}(\w+): \{ status/gm)].map(
      ([, code = '']) => code,
    );
    expect(ofTheGateway).to.have.length(3);
    const codes = new Set([...SPEECH_ERROR_CODES, 'status.NNN', ...Object.keys(PROBLEMS), ...ofTheGateway]);
    expect([...told].sort()).to.deep.equal([...codes].sort());
  });

  it('says of each what it means, and what to do', () => {
    for (const [codes, meaning = '', cure = ''] of rows) {
      expect(meaning.length, codes).to.be.above(10);
      expect(cure.length, codes).to.be.above(5);
    }
  });

  it('names options and variables that there are', () => {
    const options = read('docs/options.md') + read('docs/command-line.md') + read('docs/http.md');
    const named = rows.flatMap(([, , cure = '']) =>
      [...cure.matchAll(/`([A-Za-z.]+|[A-Z_]+)`/g)].map(([, name = '']) => name),
    );
    expect(named.length).to.be.above(20);
    const unknown = named.filter((name) => !name.split('.').every((part) => options.includes(part)));
    expect(unknown.filter((name) => !['host.docker.internal', 'lastError'].includes(name))).to.deep.equal([]);
  });
});
