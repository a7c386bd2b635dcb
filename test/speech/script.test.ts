import { expect } from 'chai';
import { dominantScript, isAllOf } from '../../lib/speech/script.js';

describe('dominantScript', () => {
  const texts: [string, string | undefined][] = [
    ['Hello, world.', 'Latin'],
    ['你好,世界', 'Han'],
    ['今日は天気がいい', 'Hiragana'],
    ['안녕하세요', 'Hangul'],
    ['Привет', 'Cyrillic'],
    ['مرحبا', 'Arabic'],
    ['नमस्ते', 'Devanagari'],
    ['你好 ok', 'Latin'],
    ['你好吗 ok', 'Han'],
    ['123 😀', undefined],
  ];
  for (const [text, script] of texts) {
    it(`finds ${script ?? 'none'} in ${text}`, () => {
      // A tie goes to the script that is listed first.
      expect(dominantScript(text)).to.equal(script);
    });
  }
});

describe('isAllOf', () => {
  it('minds letters only', () => {
    expect(isAllOf('Café, 5 £ — 😀', 'Latin')).to.equal(true);
    expect(isAllOf('Hello 你好', 'Latin')).to.equal(false);
    expect(isAllOf('123', 'Latin')).to.equal(true);
  });
});
