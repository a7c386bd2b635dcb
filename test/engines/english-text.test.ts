import { expect } from 'chai';
import { toEnglishText } from '../../lib/engines/english-text.js';

describe('toEnglishText', () => {
  const texts: [string, string][] = [
    ['Café naïve Ærø Straße', 'Cafe naive AEro Strasse'],
    ['It costs £5, €2.50 or $3.', 'It costs 5 pounds, 2.50 euros or 3 dollars.'],
    ['Salt & pepper, 10% off', 'Salt and pepper, 10 percent off'],
    ['20 °C', '20 degrees Celsius'],
    ['“Well” — she said…', '"Well" , she said...'],
    ['Hi 😀 there', 'Hi there'],
    ['你好', ''],
  ];
  for (const [text, written] of texts) {
    it(`writes ${text} as ${written || 'nothing'}`, () => {
      expect(toEnglishText(text)).to.equal(written);
    });
  }

  it('breaks words that would take the engine half a minute', () => {
    const words = toEnglishText('a'.repeat(200)).split(' ');
    expect(words.map(({ length }) => length)).to.deep.equal([60, 60, 60, 20]);
  });
});
