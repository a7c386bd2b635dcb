import { expect } from 'chai';
import fc from 'fast-check';
import { prepareMarkdown } from '../../../lib/text/normalize/markdown.js';
import { piecesOf } from '../../../lib/text/normalize/pieces.js';

const say = async (text: string): Promise<string> => prepareMarkdown(text);
const many = (count: number, line: (number: number) => string): string =>
  Array.from({ length: count }, (_, number) => line(number)).join('');

describe('a text that is read in pieces', () => {
  it('is all there, and no piece is long', () => {
    const part = fc.constantFrom(
      'word ',
      '\n',
      '\n\n',
      '- ',
      '# ',
      '```\n',
      '| a | b |\n',
      '|-|-|\n',
      '<!-- ',
      '-->',
      'x'.repeat(300),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 400 }), (parts) => {
        const text = parts.join('');
        const pieces = [...piecesOf(text)];
        for (const { text: piece } of pieces) expect(piece.length).to.be.at.most(2_000);
        const words = (written: string): number => written.match(/word/g)?.length ?? 0;
        expect(words(pieces.map(({ text: piece }) => piece).join(''))).to.be.at.least(words(text));
      }),
    );
  });

  it('says a paragraph of any length as one', async () => {
    const lines = many(200, (number) => `line ${String(number)} of **many**\n`);
    expect(await say(lines)).to.equal(many(200, (number) => `line ${String(number)} of many\n`).trim());
    const line = many(400, (number) => `word ${String(number)} - *so* # `);
    expect((await say(line)).replace(/\s+/g, ' ')).to.equal(
      many(400, (number) => `word ${String(number)} - so # `).trim(),
    );
  });

  it('says a long list item by item', async () => {
    const list = many(300, (number) => `${String(number + 1)}. item **${String(number)}**\n`);
    const said = await say(list);
    expect(said.split(/\n+/)).to.deep.equal(
      Array.from({ length: 300 }, (_, at) => `${String(at + 1)}. item ${String(at)}.`),
    );
  });

  it('says a long table with its titles to the end', async () => {
    const table = `| Name | Age |\n|---|---|\n${many(300, (number) => `| n${String(number)} | ${String(number)} |\n`)}`;
    const said = await say(table);
    expect(said.split(/\n+/)).to.deep.equal(
      Array.from({ length: 300 }, (_, at) => `Name: n${String(at)}, Age: ${String(at)}.`),
    );
  });

  for (const [what, open, close] of [
    ['a block of code', '```js', '```'],
    ['a block of code in a quote', '> ~~~', '> ~~~'],
    ['a comment', '<!--', '-->'],
    ['a script', '<script>', '</script>'],
    ['a style', '<style>', '</style>'],
  ] as const) {
    it(`leaves out ${what} of any length`, async () => {
      const mark = open.startsWith('>') ? '> ' : '';
      const inside = many(
        200,
        (number) => `${mark}hidden ${String(number)} *here*\n${number % 7 === 0 ? `${mark}\n` : ''}`,
      );
      expect(await say(`Before.\n\n${open}\n${inside}${close}\n\nAfter *it*.`)).to.equal('Before.\n\nAfter it.');
    });
  }

  it('goes on behind a comment and a quote that never end', async () => {
    const words = many(300, () => 'some *words* here\n');
    expect(await say(`<!-- open\n\n${words}\n\nlast`))
      .to.contain('some words here')
      .and.contain('last');
    expect(await say(`- item\n  \`\`\`\n  code\n\nlast *word*\n\n${words}`))
      .to.contain('last word')
      .and.contain('some words');
  });

  it('knows labels wherever they are defined', async () => {
    const text = `See [the docs][1] and [that].\n\n${many(100, () => 'Some *words* in between.\n\n')}[1]: https://a.example\n[that]: /b\n`;
    expect(await say(text)).to.match(/^See the docs and that\.\n/);
  });
});
