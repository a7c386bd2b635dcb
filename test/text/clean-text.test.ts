import { expect } from 'chai';
import fc from 'fast-check';
import { cleanText, isClean } from '../../lib/text/clean-text.js';

const CLEANED: readonly (readonly [what: string, sent: string, said: string])[] = [
  ['soft hyphens', 'Pre\u00adrequi\u00adsites', 'Prerequisites'],
  ['zero-width spaces', 'Every\u200bbody', 'Everybody'],
  ['a byte order mark', '\uFEFFGood', 'Good'],
  ['word joiners and invisible operators', 'f\u2061(x)\u2060', 'f(x)'],
  ['signs of direction', 'a\u202eb\u202c\u2066c\u2069\u200f\u061cd', 'abcd'],
  ['control characters', 'a\0b\u0007c\u007fd\u0085e\u009ff', 'abcd\nef'],
  ['terminal colors', 'Good \u001b[1;31mmorning\u001b[0m.', 'Good morning.'],
  ['titles of a terminal', '\u001b]0;title\u0007Good', 'Good'],
  ['escapes that are cut off', 'Good\u001b[', 'Good['],
  ['half a surrogate pair, either half', 'a\ud83db\ude00c', 'abc'],
  ['invisible letters', 'a\u{E0041}\u{E0042}b', 'ab'],
  ['letters of a private alphabet', 'a\ue001b\u{F0000}c', 'abc'],
  ['pointers to sources of a private alphabet', 'It is so.\ue200cite\ue202turn0search1\ue201 Yes.', 'It is so. Yes.'],
  ['objects that were left out', 'a\ufffcb\ufff9c', 'abc'],
  ['fillers', 'a\u3164b', 'a b'],
  ['variants of a character', '葛\u{E0100}城', '葛城'],
  ['joiners where nothing is joined', 'a\u200db\u200c c\u200d', 'ab c'],
  ['a second joiner', 'می\u200c\u200cخواهم', 'می\u200cخواهم'],
  ['line ends of all kinds', 'a\r\nb\rc\u2028d\ve\ff', 'a\nb\nc\nd\ne\nf'],
  ['ends of paragraphs', 'a\u2029b', 'a\n\nb'],
  ['hundreds of marks on a letter', `e${'\u0301\u0316'.repeat(200)}n`, `e${'\u0301\u0316'.repeat(8)}n`],
];

const KEPT: readonly (readonly [what: string, text: string])[] = [
  ['Persian with a non-joiner', 'می\u200cخواهم'],
  ['Hindi with a joiner', 'क\u094d\u200dष'],
  ['Malayalam with a joiner at the end of a word', 'അവന\u0d4d\u200d പറഞ്ഞു'],
  ['Sinhala with a joiner', 'ශ\u0dca\u200dරී'],
  ['Mongolian with a variant', 'ᠮᠣᠩ\u180bᠭᠣᠯ'],
  ['a family', '👩‍👩‍👧'],
  ['a skin color', '👍🏽'],
  ['a heart', '❤️'],
  ['a key', '1️⃣'],
  ['a flag of a region', '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}'],
  ['tabs and line breaks', 'a\tb\nc'],
  ['Hebrew with vowels', 'שָׁלוֹם'],
  ['Arabic with vowels', 'مُحَمَّد'],
  ['Vietnamese in parts', 'Vie\u0323\u0302t'],
  ['mathematical letters', '𝐇𝐢'],
];

describe('cleanText', () => {
  for (const [what, sent, said] of CLEANED) {
    it(`takes out ${what}`, () => {
      expect(isClean(sent)).to.equal(false);
      expect(cleanText(sent)).to.equal(said);
    });
  }

  for (const [what, text] of KEPT) {
    it(`keeps ${what}`, () => {
      expect(cleanText(text)).to.equal(text);
    });
  }

  it('hands clean text back as it is', () => {
    for (const text of [
      'Hello there.',
      'Schöne Grüße, ça va ?',
      '今天天气很好。',
      'Здравствуйте',
      '“Smart” – quotes…',
    ]) {
      expect(isClean(text), text).to.equal(true);
    }
  });

  it('leaves nothing to take out, and loses no letter and no digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const cleaned = cleanText(text);
        expect(isClean(cleaned) || cleanText(cleaned) === cleaned).to.equal(true);
        expect(cleaned).not.to.match(
          /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
        );
        expect(/\p{Surrogate}/u.test(cleaned)).to.equal(false);
        const letters = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/gu;
        // What stands between the signs of a terminal or of a pointer is none of the text.
        if (!/[\u001b\u009b\ue200]/.test(text)) expect(cleaned.match(letters)).to.deep.equal(text.match(letters));
      }),
      { numRuns: 500 },
    );
  });
});
