import { expect } from 'chai';
import fc from 'fast-check';
import { cutForVoice } from '../../lib/client/voice-pieces.js';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';

describe('pieces for the browser’s voice', () => {
  it('leave a short text whole', () => {
    expect(cutForVoice(`${SENTENCE} ${SENTENCE}`)).to.deep.equal([`${SENTENCE} ${SENTENCE}`]);
  });

  it('end where sentences do', () => {
    const three = cutForVoice(`${SENTENCE} ${SENTENCE} ${SENTENCE}`);
    expect(three).to.deep.equal([`${SENTENCE} ${SENTENCE}`, SENTENCE]);
  });

  it('end within a sentence where it is too long, after a word and what follows it', () => {
    const pieces = cutForVoice(`${'one, two and '.repeat(30)}three.`);
    expect(pieces.length).to.be.greaterThan(2);
    for (const piece of pieces) expect(piece).to.match(/^(one|two|and|three).{0,155}(one,|two|and|three\.)$/);
  });

  it('are shorter in scripts of which each character is a syllable', () => {
    const pieces = cutForVoice('今天天气很好,我们去公园走走吧。'.repeat(10));
    expect(pieces.every((piece) => piece.length <= 54 && piece.endsWith('。'))).to.equal(true);
  });

  it('lose nothing but the space between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        expect(cutForVoice(text).join('').replaceAll(/\s/g, '')).to.equal(text.replaceAll(/\s/g, ''));
      }),
    );
  });

  it('are cut at spaces where the browser knows no sentences', () => {
    const { Segmenter } = Intl;
    Reflect.deleteProperty(Intl, 'Segmenter');
    try {
      const pieces = cutForVoice(`${SENTENCE} ${SENTENCE} ${SENTENCE}`);
      expect(pieces).to.have.length(2);
      expect(pieces.join(' ')).to.equal(`${SENTENCE} ${SENTENCE} ${SENTENCE}`);
    } finally {
      Object.assign(Intl, { Segmenter });
    }
  });
});
