import { expect } from 'chai';
import { countScripts, dominantScript } from '../../lib/text/script.js';

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
    // A Chinese text may have a の in it.
    ['我最喜欢的の是红色', 'Han'],
    ['ワールド', 'Hiragana'],
    ['𝐇𝐞𝐥𝐥𝐨 ℹ️', 'Latin'],
    ['ភាសាខ្មែរ hi', undefined],
  ];
  for (const [text, script] of texts) {
    it(`finds ${script ?? 'none'} in ${text}`, () => {
      // A tie goes to the script that is listed first.
      expect(dominantScript(text)).to.equal(script);
    });
  }
});

describe('countScripts', () => {
  it('counts letters of one writing system only, and no signs', () => {
    const { letters, others, total } = countScripts('Café, 5 £ — 😀 ー 你好 я');
    expect([...letters]).to.deep.equal([
      ['Latin', 4],
      ['Han', 2],
      ['Cyrillic', 1],
    ]);
    expect({ others, total }).to.deep.equal({ others: 0, total: 7 });
  });

  it('takes kanji among kana for Japanese', () => {
    expect([...countScripts('今日は天気がいい').letters]).to.deep.equal([['Hiragana', 8]]);
  });

  it('counts what it has no name for', () => {
    expect(countScripts('ភាសា hi')).to.deep.include({ others: 2, total: 4 });
  });
});
