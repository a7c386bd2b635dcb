import { expect } from 'chai';
import { readableText } from '../../lib/text/readable-text.js';

describe('readableText', () => {
  it('joins broken lines and keeps paragraphs', () => {
    expect(readableText('  One\nline.\n\n\n  Another\tone. ')).to.equal('One line.\n\nAnother one.');
  });

  it('drops what no voice can say, and composes what belongs together', () => {
    expect(readableText('a\u200Bb\u0007 cafe\u0301\uFEFF')).to.equal('ab caf\u00e9');
  });

  it('leaves one blank and one paragraph where an invisible character stood between two', () => {
    expect(readableText('a \uFEFF b \u0000 c')).to.equal('a b c');
    expect(readableText('one\n\u200B\ntwo')).to.equal('one\n\ntwo');
    expect(readableText('soft\u00ADware')).to.equal('software');
  });

  it('leaves other scripts and emoji as they are', () => {
    expect(readableText('你好,世界 👩‍👩‍👧')).to.equal('你好,世界 👩‍👩‍👧');
  });
});
