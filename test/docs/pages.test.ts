import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { expect } from 'chai';
import { SPEECH_FORMATS, contentTypeOf } from '../../lib/audio/formats.js';
import { configurationSchema } from '../../lib/config/json-schema.js';
import { OPTIONS_SCHEMA } from '../../lib/config/options.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the README', () => {
  const page = read('README.md');

  it('takes 150 lines at the most beyond its first screen', () => {
    const beyond = page.slice(page.indexOf('\n## See it\n')).trim().split('\n');
    expect(beyond).to.have.length.within(1, 150);
  });

  it('has under 1,500 words', () => {
    expect(page.split(/\s+/)).to.have.length.within(500, 1_499);
  });

  it('has each set-up in one command, of scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
    for (const script of ['start', 'test']) {
      expect(page).to.contain(`\n\`\`\`sh\nnpm install && npm ${script}\n\`\`\`\n`);
      expect(scripts).to.have.property(script);
    }
  });
});

describe('docs/README.md', () => {
  const page = read('docs/README.md');

  it('leads to every page, the decisions by their own list', () => {
    const pages = readdirSync(new URL('../../docs', import.meta.url), { recursive: true, encoding: 'utf8' })
      .map((path) => path.split(sep).join('/'))
      .filter((path) => path.endsWith('.md') && path !== 'README.md' && !/^decisions\/\d/.test(path));
    const links = [...page.matchAll(/\]\(([^()\s#]+)\)/g)].map(([, target = '']) => target);
    expect(pages).to.have.length.greaterThan(15);
    expect(links.filter((link) => !link.startsWith('../'))).to.have.members(pages);
  });

  it('has the guides and the reference apart', () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).to.include.members(['Guides', 'Reference']);
  });
});

describe('the pages of docs/', () => {
  it('name every option', () => {
    // What a gateway is told has a table of its own, held against its settings.
    const page = read('docs/options.md') + read('docs/command-line.md');
    const names = [...Object.keys(OPTIONS_SCHEMA.shape), ...propertiesIn(configurationSchema())];
    expect(names).to.include.members(['openFor', 'rejectUnauthorized', 'logger']);
    expect(names.filter((name) => !new RegExp(`(?<!\\w)${name.replace('$', '\\$')}\\b`).test(page))).to.deep.equal([]);
  });

  it('name every code, with the status of those that end a request', () => {
    const page = read('docs/http.md');
    const codes = codesIn('lib/speech/error.ts', /^ {2}'([a-z_.]+)',$/gm);
    expect(codes).to.have.length.greaterThan(20);
    for (const code of codes) expect(page).to.contain(`\`${code}\``);
    const problems = [...read('lib/http/problems.ts').matchAll(/^ {2}(\w+): \{ status: (\d+),/gm)];
    expect(problems).to.have.length.greaterThan(10);
    for (const [, code = '', status = ''] of problems) {
      expect(page, code).to.match(new RegExp(`^\\| ${status} .*\`${code}\``, 'm'));
    }
  });

  it('name every event and every format', () => {
    const events = codesIn('lib/speech/events.ts', /^ {4}(\w+): new Set\(\),$/gm);
    expect(events).to.have.length.greaterThan(5);
    for (const page of [read('docs/operations/README.md'), read('docs/options.md')]) {
      for (const event of events) expect(page).to.contain(`\`${event}\``);
    }
    const formats = read('docs/formats.md');
    for (const format of SPEECH_FORMATS) {
      expect(formats).to.match(new RegExp(`^\\| \`${format}\` +\\| \`${contentTypeOf(format)}\``, 'm'));
    }
  });
});

function codesIn(path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map(([, code = '']) => code);
}

/** Every name of a property in a JSON Schema, at any depth. */
function propertiesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { readonly properties?: unknown };
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(propertiesIn)];
}
