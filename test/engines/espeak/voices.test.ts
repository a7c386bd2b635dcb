import { expect } from 'chai';
import { espeakVoiceFor } from '../../../lib/engines/espeak/voices.js';

describe('espeakVoiceFor', () => {
  const texts: [string, string | undefined][] = [
    ['Hello there.', 'en-us'],
    ['12:30', 'en-us'],
    ['The gap is 5 µm wide.', 'en-us'],
    ['Γεια σου', 'el'],
    ['你好,世界。', 'cmn'],
    // Its voice reads the Latin words as well.
    ['Hello 你好', 'cmn'],
    ['我最喜欢的の是红色', 'cmn'],
    ['ひらがなだけです', 'ja'],
    // It would name every kanji.
    ['今日は天気がいい', undefined],
    ['Привет 你好 Привет 你好', undefined],
    ['ភាសាខ្មែរ', undefined],
    ['😀😀', undefined],
    ['***', undefined],
  ];
  for (const [text, voice] of texts) {
    it(`has ${voice ?? 'no voice'} for ${text}`, () => {
      expect(espeakVoiceFor(text)).to.equal(voice);
    });
  }
});
