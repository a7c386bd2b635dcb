import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const PUBLIC = new URL('../../example-app/public/', import.meta.url);
const { zh } = (await import(new URL('zh.js', PUBLIC).href)) as { zh: Readonly<Record<string, string>> };

const read = (name: string): string => readFileSync(new URL(name, PUBLIC), 'utf8');
const modules = readdirSync(PUBLIC)
  .filter((name) => name.endsWith('.js') && name !== 'zh.js')
  .map(read);
const html = read('index.html').replaceAll(/\s+/g, ' ');

describe('the words of the example page', () => {
  it('have a Chinese for all that stands in the page, and all that it says', () => {
    const elements = [...html.matchAll(/<\w+[^>]* data-t(?: [^>]*)?>([^<]+)</g)].map(([, text = '']) => text.trim());
    const attributes = [...html.matchAll(/<\w+[^>]* data-t="([\w-]+)"[^>]*>/g)].map(
      ([element, name = '']) => new RegExp(`${name}="([^"]*)"`).exec(element)?.[1],
    );
    const said = modules.flatMap((source) => [...source.matchAll(/\bt\('([^']+)'/g)].map(([, sentence]) => sentence));
    expect([elements.length, attributes.length, said.length].every((count) => count > 1)).to.equal(true);
    const missing = [...elements, ...attributes, ...said].filter((sentence) => !Object.hasOwn(zh, sentence ?? ''));
    expect(missing).to.deep.equal([]);
  });

  it('translate nothing that is not there, and fill in the same blanks', () => {
    const source = [html, ...modules].join('\n');
    expect(Object.keys(zh).filter((sentence) => !source.includes(sentence))).to.deep.equal([]);
    const blanksOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();
    for (const [sentence, translation] of Object.entries(zh))
      expect(blanksOf(translation)).to.deep.equal(blanksOf(sentence));
  });
});
