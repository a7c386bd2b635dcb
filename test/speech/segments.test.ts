import { expect } from 'chai';
import fc from 'fast-check';
import { SEGMENT_LIMITS, segmentsOf } from '../../lib/speech/segments.js';

const squeezed = (text: string): string => text.replace(/\s+/gu, '');

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

  it('loses nothing but white space, keeps to its limits and never cuts a character in two', () => {
    const text = fc.array(
      fc.constantFrom('Hello there. ', 'No! ', '你好。', '😀', 'x', ', ', '\n\n', 'word ', '1.5 '),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('');
        const segments = segmentsOf(whole);
        expect(squeezed(segments.join(''))).to.equal(squeezed(whole));
        for (const segment of segments) {
          expect(segment.length).to.be.within(1, SEGMENT_LIMITS.most);
          expect(/\p{Surrogate}/u.test(segment)).to.equal(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});
