import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { sentencesOf } from '../../lib/text/sentences.js';

/** Texts with a bar where each sentence ends. */
const TEXTS = [
  'Yesterday Dr. Smith met Mrs. Jones at St. Paul in the town.|They talked about the U.S. Army.|Gen. Lee wrote.',
  'Mr. and Mrs. Baker came with Prof. Miller and Capt. Hook.|They left.',
  'J. R. R. Tolkien and George W. Bush never met.|Both wrote.',
  'He lives in the U.S.|The food is good.|It is 5 p.m.|We eat.',
  'At 5 p.m. Paul left the U.K. Embassy.|He was late.',
  'We saw cats, dogs, etc.|Then we went home.|We saw cats etc. and dogs.',
  'See No. 5, Fig. 3 and pp. 7 to 9.|Pi is 3.14.|Use v1.2.3 now.|Go to example.com.|It works.',
  'Apple Inc. and Baker Ltd. sued, e.g. Smith, i.e. him.|They lost.',
  'He said no.|Five came.|I said so.|Nobody heard.|Solve for x.|Then stop.',
  'Plan B.|It works.|You and I.|We go.|Take vitamin C.|The rest is up to you.',
  'Das ist z. B. Berlin.|Am 3. Mai kam er.|Der 2. Weltkrieg war vorbei, d. h. es war Frieden.|Ende.',
  'Bzw. Anton oder Hr. Müller, vgl. Abb. 3 und Bd. 2.|Ende.',
  'El Sr. García y la Sra. López viven en la Av. Central.|Es bonita.',
  'M. Dupont et Mme. Curie sont là.|Il pleut.',
  'Он жил в г. Москва.|Проф. Иванов знал его.|И т.д. и т.п.',
  '这是第一句。|这是第二句！|真的吗？|好。',
  'これは文です。|次の文。',
  'هذه جملة.|هل هذه جملة؟|نعم!',
  'यह वाक्य है।|यह दूसरा है।',
  'Hello...|World!|What?|"Quoted."|(In brackets.)|After.',
  '1. Open the door. Go in.',
  'Wait — what?!|Yes.',
];

describe('sentencesOf', () => {
  for (const text of TEXTS) {
    const sentences = text.split('|');
    it(`ends ${String(sentences.length)} sentences in: ${text.slice(0, 60)}…`, () => {
      const isCut = sentences.length > 1 || text.startsWith('1.');
      const whole = sentences.join(/\p{Script=Han}|\p{Script=Hiragana}/u.test(text) ? '' : ' ');
      const expected = text.startsWith('1.') ? ['1. Open the door.', 'Go in.'] : sentences;
      expect(isCut).to.equal(true);
      expect([...sentencesOf(whole)]).to.deep.equal(expected);
    });
  }

  it('ends them alike wherever they lie in a long text', () => {
    const sentence = 'Yesterday Dr. Smith met J. R. Jones in the U.S. Army at No. 5 for 3.14 hours.';
    for (const length of [900, 940, 980, 990, 995, 998, 999, 1_000, 1_005]) {
      const first = `${'word '.repeat(300).slice(0, length).trim()}.`;
      const sentences = [...sentencesOf(`${first} ${sentence} ${sentence}`)];
      expect(sentences.slice(-2), String(length)).to.deep.equal([sentence, sentence]);
    }
  });

  it('loses nothing but white space', () => {
    const part = fc.constantFrom(
      'Dr. ',
      'A. ',
      'word ',
      'x',
      '. ',
      '! ',
      '。',
      '你好',
      '3.',
      '\n',
      '\n\n',
      '- ',
      '“',
      '”',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 1_000 }), (parts) => {
        const text = parts.join('');
        const squeezed = (written: string): string => written.replace(/\s+/gu, '');
        expect(squeezed([...sentencesOf(text)].join(''))).to.equal(squeezed(text));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the list of abbreviations', () => {
  it('is what its script writes', () => {
    const script = new URL('../../scripts/write-abbreviations.js', import.meta.url).pathname;
    const written = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
    expect(readFileSync(new URL('../../lib/text/abbreviations.ts', import.meta.url), 'utf8')).to.equal(written);
  });
});
