import { expect } from 'chai';
import fc from 'fast-check';
import { isPronounceable } from '../../lib/text/pronounceable.js';

/** What a voice makes no word of. */
const NOTHING = [
  ...['', ' ', '...', '…', '—', '–', '-', '?', '!', '?!?', '。。。', '！', '？！', '、', '¿', '“”', '()', '「」', "''"],
  ...['* * *', '***', '---', '===', '= = =', '___', '~~~', '|', '^', '\\', '/', '•', '>', '>>>', '<<<', '```', '- '],
  ...['★ ★ ★ ★', '— — — —', '. . . . .', '♪♪♪', '→', '✓', '■', '┻━┻', 'ーーーー', '⠓⠑⠇⠇⠕', '̶', '\u0301'],
  ...['$$', '$$$', '€€€', '&&&', '=)', ':)', ':-(', '>_<', '(^_^)', '+++'],
  ...['🎉', '👍🏽', '👩‍👩‍👧 ❤️', '🇩🇪', 'ℹ️', 'Ⓜ️', '㊗️', '⁉️', '☎️'],
  ...['¯\\_(ツ)_/¯', '( ͡° ͜ʖ ͡°)', 'ಠ_ಠ', '(╯°□°）╯︵ ┻━┻', '(ノಠ益ಠ)ノ彡┻━┻', 'ʕ•ᴥ•ʔ', '(´･ω･`)', '(づ｡◕‿‿◕｡)づ'],
  ...['ヽ(´▽`)ノ', 'щ(ಠ益ಠщ)', 'ლ(ಠ益ಠლ)', '٩(◕‿◕)۶', '(｡♥‿♥｡)'],
];

/** What it has a word for. */
const SOMETHING = [
  ...['5', 'a', 'I', '½', 'Ⅷ', '①', '１', '३', '٣', '1️⃣', 'Ⓐ', '🄰', '𝐇', '<3', '5 > 3', '5%'],
  ...['你', 'あ', 'え？', 'ツ', 'ㅋㅋㅋ', 'Я', 'ñ', 'مرحبا', 'שלום', 'ሰላም', 'ก', 'अ', 'ʃ', '〇', '我！', '“我”'],
  ...['%', '$', '€', '+', '=', '&', '@', '#', '©', '™', '№', '∞', '₹', '§', '℃', '%.', '"%"', '+ ='],
  ...['甲/乙', '男/女', '(笑)', '你好(^_^)', '(東京・大阪)', 'f(x_y)', '(a)', 'x_x', ':D', '- a', '(Я)', '(ह)', '🎉 5'],
];

describe('isPronounceable', () => {
  for (const text of NOTHING) {
    it(`finds nothing to say in ${JSON.stringify(text)}`, () => {
      expect(isPronounceable(text)).to.equal(false);
    });
  }

  for (const text of SOMETHING) {
    it(`finds something to say in ${JSON.stringify(text)}`, () => {
      expect(isPronounceable(text)).to.equal(true);
    });
  }

  it('finds it among any signs, and none in signs alone', () => {
    const sign = fc.constantFrom('.', '!', '—', '★', '🎉', '*', ' ', '…', '"', '\n', '·', '👍', '|');
    const signs = fc.array(sign, { maxLength: 20 }).map((all) => all.join(''));
    const word = fc.constantFrom('word', '5', '词语', 'слово', 'كلمة', 'שלום', 'ไทย', 'हिन्दी', 'あい');
    fc.assert(
      fc.property(signs, word, signs, (before, said, after) => {
        expect(isPronounceable(before + after)).to.equal(false);
        expect(isPronounceable(`${before}${said}${after}`)).to.equal(true);
      }),
    );
  });
});
