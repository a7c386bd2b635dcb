import { expect } from 'chai';
import { readableText } from '../../lib/speech/readable-text.js';

describe('readableText', () => {
  it('joins broken lines and keeps paragraphs', () => {
    expect(readableText('  One\nline.\n\n\n  Another\tone. ')).to.equal('One line.\n\nAnother one.');
  });

  it('drops what no voice can say, and composes what belongs together', () => {
    expect(readableText('a\u200Bb\u0007 cafe\u0301\uFEFF')).to.equal('ab caf\u00e9');
  });

  it('leaves other scripts and emoji as they are', () => {
    expect(readableText('你好,世界 👩‍👩‍👧')).to.equal('你好,世界 👩‍👩‍👧');
  });
});
