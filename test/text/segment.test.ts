import { expect } from 'chai';
import fc from 'fast-check';
import { isPronounceable } from '../../lib/text/pronounceable.js';
import { isBeyondSegment, SEGMENT_LIMITS, segmentsOf, squeezeRuns } from '../../lib/text/segment.js';

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

describe('segmentsOf', () => {
  it('cuts at the ends of sentences', () => {
    expect(
      segmentsOf(
        'This is the first sentence of it. And this is the second one of them. Here comes the third one of them all!',
      ),
    ).to.deep.equal([
      'This is the first sentence of it.',
      'And this is the second one of them.',
      'Here comes the third one of them all!',
    ]);
  });

  it('cuts Chinese and Japanese as well', () => {
    const text =
      '今天天气很好,我们先去公园走一走,然后再一起去饭馆吃一顿午饭吧。明天可能会下很大的雨,所以最好带一把伞再出门,路上也要小心。';
    expect(segmentsOf(text)).to.have.length(2);
    expect(
      segmentsOf(
        'これはとても長い最初の文章で、二十五文字を超えています。そしてこれが二番目の文章です、これもとても長い文章です。',
      ),
    ).to.have.length(2);
  });

  it('joins what is too short to be worth a call', () => {
    expect(segmentsOf('No. Yes. Maybe. Who knows? I certainly do not know it.')).to.have.length(2);
    expect(segmentsOf('Hi.')).to.deep.equal(['Hi.']);
  });

  it('cuts what is too long, at a pause if there is one', () => {
    const segments = segmentsOf(`${'word '.repeat(40)}, ${'more '.repeat(80)}.`);
    expect(segments.every(({ length }) => length <= SEGMENT_LIMITS.most)).to.equal(true);
    expect(segments[0]?.endsWith(',')).to.equal(true);
    expect(segmentsOf('x'.repeat(700)).map(({ length }) => length)).to.deep.equal([300, 300, 100]);
  });

  it('cuts at the last pause that fits, and not inside a time, a number or an address', () => {
    const pauses = `${'one two, '.repeat(40)}end.`;
    expect(segmentsOf(pauses)[0]).to.equal('one two, '.repeat(33).trim());
    for (const whole of ['10:30', '250,000', 'https://a.example/b;c,d:e']) {
      for (let shift = 0; shift < 12; shift += 1) {
        const text = `${'x'.repeat(shift)} ${'word '.repeat(50)}${whole} ${'more '.repeat(60)}`;
        const segments = segmentsOf(text);
        expect(
          segments.some((segment) => segment.split(' ').includes(whole)),
          `${String(shift)} ${whole}`,
        ).to.equal(true);
      }
    }
  });

  it('cuts between graphemes where there is no better place', () => {
    const family = '👩‍👩‍👧';
    const accented = 'e\u0301';
    for (const grapheme of [family, accented]) {
      const segments = segmentsOf(grapheme.repeat(400));
      expect(segments.length).to.be.greaterThan(1);
      for (const segment of segments) expect(segment.replaceAll(grapheme, '')).to.equal('');
    }
    // One that is longer than a segment has to be cut all the same, and what no letter is in is not said.
    expect(segmentsOf(`a${'\u0301'.repeat(700)}b`).map(({ length }) => length)).to.deep.equal([300, 102]);
  });

  it('makes segments shorter whose digits and signs take long to say', () => {
    expect(segmentsOf('7'.repeat(300)).map(({ length }) => length)).to.deep.equal(Array(6).fill(50));
    expect(segmentsOf('='.repeat(100)).length).to.equal(3);
    expect(segmentsOf('😀'.repeat(40)).length).to.equal(2);
  });

  it('makes the first one shorter where that is asked for', () => {
    const lengths = segmentsOf('x'.repeat(700), { least: 25, most: 300, first: 100 }).map(({ length }) => length);
    expect(lengths).to.deep.equal([100, 300, 300]);
  });

  it('takes broken lines for one sentence, blank lines and the items of a list for ends', () => {
    const wrapped = 'This sentence was broken\ninto two lines by somebody.';
    expect(segmentsOf(wrapped)).to.deep.equal(['This sentence was broken into two lines by somebody.']);
    expect(segmentsOf('A heading that has no full stop\n \nAnd a paragraph that follows it.')).to.have.length(2);
    expect(segmentsOf('- milk and butter and eggs and flour\n- bread and jam and tea and coffee')).to.have.length(2);
  });

  it('loses no word and no sign among words, keeps to its limits and never cuts a character in two', () => {
    const text = fc.array(
      fc.constantFrom(
        'Hello there. ',
        'No! ',
        '你好。',
        '😀',
        'x',
        ', ',
        '\n\n',
        'word ',
        '1.5 ',
        '===',
        '\n',
        'Dr. ',
        '... ',
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 300 }), (parts, first) => {
        const whole = parts.join('');
        const segments = segmentsOf(whole, { ...SEGMENT_LIMITS, first });
        expect(wordsOf(segments.join(' ')).join('')).to.equal(wordsOf(whole).join(''));
        for (const [index, segment] of segments.entries()) {
          expect(segment.length).to.be.within(1, index === 0 ? first : SEGMENT_LIMITS.most);
          expect(/\p{Surrogate}/u.test(segment)).to.equal(false);
          if (isPronounceable(whole)) expect(isPronounceable(segment), segment).to.equal(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('asks nobody for a line of signs: it is the rest between what stands around it', () => {
    const sentence = 'This is the first sentence of the text.';
    for (const line of [
      '★ ★ ★ ★ ★ ★ ★ ★ ★ ★ ★ ★ ★ ★',
      '— — — — — — — — — — — —',
      '. . . . . . . . . . . . . .',
      '🎉',
      '= = = =',
    ]) {
      expect(segmentsOf(`${sentence}\n\n${line}\n\n${sentence}`), line).to.deep.equal([sentence, sentence]);
    }
    expect(segmentsOf(`... ${sentence} ?! ${sentence} — — —`)).to.deep.equal([
      `... ${sentence} ?!`,
      `${sentence} — — —`,
    ]);
    expect(segmentsOf(`${sentence} ${'★ '.repeat(100)}`).length).to.be.below(3);
  });

  it('says a paragraph that is joined with another one as a sentence', () => {
    expect(segmentsOf('Contents\n\nHere it begins with a sentence.')).to.deep.equal([
      'Contents. Here it begins with a sentence.',
    ]);
    expect(segmentsOf('今天\n\n我们先去公园走一走,然后再一起去饭馆吃一顿午饭吧。')[0]).to.match(/^今天。 /);
  });
});

describe('isBeyondSegment', () => {
  it('counts code points, and those that are words three times, as they take as long to say as three letters', () => {
    const lengths: readonly (readonly [character: string, longest: number])[] = [
      ['x', 300],
      ['7', 300],
      ['é', 300],
      ['😀', 300],
      ['か', 300],
      ['你', 100],
      ['𠀀', 100],
      ['한', 100],
    ];
    for (const [character, longest] of lengths) {
      expect(isBeyondSegment(character.repeat(longest), 300), character).to.equal(false);
      expect(isBeyondSegment(character.repeat(longest + 1), 300), character).to.equal(true);
    }
    expect(isBeyondSegment(`${'x'.repeat(150)}${'你'.repeat(50)}`, 300)).to.equal(false);
    expect(isBeyondSegment(`${'x'.repeat(151)}${'你'.repeat(50)}`, 300)).to.equal(true);
  });
});

describe('squeezeRuns', () => {
  it('leaves three of a row of one sign, and letters, digits and blanks alone', () => {
    expect(squeezeRuns('====== title ======')).to.equal('=== title ===');
    expect(squeezeRuns('😀😀😀😀😀 Nooooo! 10000000    x')).to.equal('😀😀😀 Nooooo! 10000000    x');
  });
});
