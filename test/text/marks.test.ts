import { expect } from 'chai';
import fc from 'fast-check';
import { MARK_KINDS } from '../../lib/speech/mark-kinds.js';
import { hasMarks, hideMarks, showMarks, withMarks } from '../../lib/text/marks.js';

const MARKED: readonly (readonly [written: string, plain: string, pronounced?: string | undefined, tagged?: string])[] =
  [
    ['[Kokoro](/kˈOkəɹO/) is a model.', 'Kokoro is a model.', '[Kokoro](/kˈOkəɹO/) is a model.'],
    ['[New York](/nˈu jˈɔɹk/)!', 'New York!', '[New York](/nˈu jˈɔɹk/)!'],
    ['[北京](/ㄅㄟˇㄐㄧㄥ/)', '北京', '[北京](/ㄅㄟˇㄐㄧㄥ/)'],
    ['not [this](+1) but [that](-0.5)', 'not this but that', 'not [this](+1) but [that](-0.5)'],
    ['Well <laugh> that was close.', 'Well that was close.', undefined, 'Well <laugh> that was close.'],
    ['That was close <sigh>.', 'That was close.', undefined, 'That was close <sigh>.'],
    ['[laughs] Oh no[sighs]!', 'Oh no!', undefined, '[laughs] Oh no[sighs]!'],
    ['[clears throat] Hm', 'Hm', undefined, '[clears throat] Hm'],
    ['a<cough>b', 'a b', undefined, 'a<cough>b'],
    ['<whisper>come here</whisper> now', 'come here now', undefined, '<whisper>come here</whisper> now'],
    ['<laugh> [Ann](/ˈæn/) laughed.', 'Ann laughed.', '[Ann](/ˈæn/) laughed.', '<laugh> Ann laughed.'],
  ];

/** What looks like a mark, and is none. */
const UNMARKED = [
  ...['[docs](/docs/)', '[Guide](/en/guide/)', '[x](/)', '[1](2)', '[a](https://a.example/ə/)', '![alt](/ə/)'],
  ...[
    '[laughs](https://a.example)',
    '[laugh]: x',
    'the `<laugh>` tag',
    '`[a](/ə/)`',
    '<your name>',
    '<b>bold</b>',
    '[aside]',
  ],
  ...['5 < 6 > 4', '(laughs)', '[word](/plain/)'],
];

describe('marks', () => {
  for (const [written, plain, pronounced = plain, tagged = plain] of MARKED) {
    it(`are left to those who understand them: ${written}`, () => {
      expect(hasMarks(written)).to.equal(true);
      expect(withMarks(written, [])).to.equal(plain);
      expect(withMarks(written, ['pronunciation'])).to.equal(pronounced);
      expect(withMarks(written, ['tags'])).to.equal(tagged);
      expect(withMarks(written, MARK_KINDS)).to.equal(written);
    });
  }

  for (const text of UNMARKED) {
    it(`are none in ${text}`, () => {
      expect(hasMarks(text)).to.equal(false);
      expect(hideMarks(text)).to.deep.equal({ text, marks: [] });
    });
  }

  it('come back as they were, and never take a word along', () => {
    const part = fc.constantFrom(
      'word',
      ' ',
      '[Ann](/ˈæn/)',
      '<laugh>',
      '[sighs]',
      '[',
      '](',
      '/ə/',
      ')',
      '<',
      '>',
      '[a',
      '.',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('').trim();
        expect(showMarks(hideMarks(text), MARK_KINDS)).to.equal(text);
        const plain = withMarks(text, []);
        expect(plain.match(/word/g)?.length).to.equal(text.match(/word/g)?.length);
        expect(plain).not.to.match(/[\ue000-\uf8ff]|\[Ann\]\(\/ˈæn\/\)|<laugh>/u);
      }),
    );
  });
});
