import { expect } from 'chai';
import { isReadableAsEnglish, toEnglishText } from '../../../lib/engines/flite/english-text.js';

describe('toEnglishText', () => {
  const texts: [string, string][] = [
    ['Café naïve Ærø Straße', 'Cafe naive AEro Strasse'],
    ['It costs £5, €2.50 or $3.', 'It costs 5 pounds, 2.50 euros or 3 dollars.'],
    ['Salt & pepper, 10% off', 'Salt and pepper, 10 percent off'],
    ['20 °C', '20 degrees Celsius'],
    ['“Well” — she said…', '"Well", she said...'],
    ['Hi 😀 there', 'Hi there'],
    ['你好', ''],
    ['soft\u00ADware zero\u200Bwidth b\uFEFFom', 'software zerowidth bom'],
    ['5 − 3 is 2, −4 °C', '5 minus 3 is 2, minus 4 degrees Celsius'],
    ['1½ cups, ¾ done', '1 and one half cups, three quarters done'],
    ['20℃ or 68℉', '20 degrees Celsius or 68 degrees Fahrenheit'],
    ['a ≤ b ≥ c ≠ d', 'a is at most b is at least c is not equal to d'],
    ['99¢', '99 cents'],
    ['$3 million, €2bn, £5k', '3 million dollars, 2 billion euros, 5 thousand pounds'],
    ['$1 and £1 but ¥1', '1 dollar and 1 pound but 1 yen'],
    ['5 µm, 3 μs, µ', '5 micrometers, 3 microseconds, mu'],
    ['π and Δ; 4 kΩ, 3 Ω, Ω', 'pi and delta; 4 kiloohms, 3 ohms, omega'],
    ['¯\\_(ツ)_/¯', '\\_( )_/'],
    ['𝐇𝐞𝐥𝐥𝐨 ℹ️ note', 'Hello i note'],
    ['one\n\n two', 'one\n\ntwo'],
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

describe('isReadableAsEnglish', () => {
  const long = 'This sentence is about a word of another language which is written as ';
  const readable = [
    'The gap is 5 µm wide.',
    'ℹ️ note',
    '𝐇𝐞𝐥𝐥𝐨 there.',
    'π is about three.',
    'I do not know. ¯\\_(ツ)_/¯',
    'The letter я is the last one.',
    'Café, 5 £ — 😀',
    `${long}你好.`,
    '123',
  ];
  for (const text of readable) {
    it(`takes ${text}`, () => {
      expect(isReadableAsEnglish(text)).to.equal(true);
    });
  }

  const unreadable = [
    '你好,世界。',
    'Привет, мир.',
    'Hello 你好.',
    '😀😀',
    '***',
    'π是多少',
    'ツ',
    // A small share, but a whole sentence.
    `${long.repeat(10)}. 你好。`,
    `${long.repeat(10)}\n\nПривет мир`,
    'One half is 你好世界今天天气很好 and that is it.',
  ];
  for (const text of unreadable) {
    it(`refuses ${text.slice(-30)}`, () => {
      expect(isReadableAsEnglish(text)).to.equal(false);
    });
  }
});
