import { expect } from 'chai';
import { prepareMarkdown } from '../../../lib/text/normalize/markdown.js';
import { keepOpenEnds } from '../../../lib/text/normalize/open-ends.js';

describe('tags that never end', () => {
  for (const html of [
    '<b>a</b>',
    '<!-- a -->',
    '<?php a ?>',
    '<!DOCTYPE html>',
    '<![CDATA[a]]>',
    'a < b > c',
    '<br/>',
  ]) {
    it(`leaves what has its end: ${html}`, () => {
      expect(keepOpenEnds(html)).to.equal(html);
    });
  }

  for (const html of [
    '<div and words',
    '<? words',
    '<! words',
    '<!-- words',
    '<![CDATA[ words',
    '</div words',
    '<a b="words',
  ]) {
    it(`takes no words along: ${html}`, async () => {
      expect(keepOpenEnds(html)).to.equal(`&lt;${html.slice(1)}`);
      for (const text of [`${html}\n\nlast *words*`, `**first**\n\n${html} <b>more</b>\n\nlast`]) {
        const said = await prepareMarkdown(text);
        expect(said).to.contain('words').and.contain('last');
      }
    });
  }
});
