import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { configurationSchema } from '../../lib/config/json-schema.js';
import { compileExamples, isCode } from '../support/compile-examples.js';
import { examplesOf, readExamples, type Example } from '../support/examples.js';

describe('the examples of the pages', () => {
  const examples = readExamples();
  const of = (...languages: string[]): Example[] => examples.filter(({ language }) => languages.includes(language));

  it('are found', () => {
    const pages = new Set(examples.filter(isCode).map(({ page }) => page));
    expect(pages).to.include.members([
      'README.md',
      'docs/client.md',
      'docs/resilience.md',
      'docs/operations/README.md',
    ]);
    expect(of('json', 'yaml')).to.have.length.greaterThan(3);
  });

  it('have the types that the package has', () => {
    expect(compileExamples(examples)).to.deep.equal([]);
  }).timeout(120_000);

  it('would not pass with a name that there is not, or an option that there is not', () => {
    const first = examplesOf('README.md').find(isCode) ?? expect.fail('there is no example');
    const wrong = [
      { ...first, line: 1, code: first.code.replace('{ speechRouter }', '{ speechRouters }') },
      { ...first, line: 101, code: first.code.replace('speechRouter()', 'speechRouter({ deadlin: 1 })') },
    ];
    const problems = compileExamples(wrong).join('\n');
    expect(problems).to.match(/^README\.md:2: .*no exported member named 'speechRouters'/m);
    expect(problems).to.match(/^README\.md:105: .*'deadlin' does not exist/m);
  }).timeout(120_000);

  it('are JSON where they say so, and the configuration that a file may have', () => {
    const validate = new Ajv({ strict: false }).compile(configurationSchema());
    const parsed = of('json').map(({ page, line, code }) => {
      const value = JSON.parse(code) as object;
      return { at: `${page}:${String(line)}`, value };
    });
    const configurations = parsed.filter(({ value }) => 'fallback' in value);
    expect(configurations).to.have.length.greaterThan(0);
    for (const { at, value } of configurations) {
      expect(validate(value), `${at}: ${JSON.stringify(validate.errors)}`).to.equal(true);
    }
  });

  it('call commands that there are', () => {
    const source = readFileSync(new URL('../../lib/cli/command-line.ts', import.meta.url), 'utf8');
    const [, list = ''] = /^const COMMANDS = \[(.+)\];$/m.exec(source) ?? [];
    const commands = list.split(', ').map((command) => command.slice(1, -1));
    const called = of('sh').flatMap(({ page, line, code }) =>
      [...code.matchAll(/\bnpx express-speech (\w+)/g)].map(([, name]) => ({ at: `${page}:${String(line)}`, name })),
    );
    expect(called).to.have.length.greaterThan(4);
    for (const { at, name } of called) expect(commands, at).to.include(name);
  });

  it('are YAML where they say so', () => {
    for (const { page, line, code } of of('yaml')) {
      for (const { errors } of parseAllDocuments(code)) expect(errors, `${page}:${String(line)}`).to.deep.equal([]);
    }
  });
});
