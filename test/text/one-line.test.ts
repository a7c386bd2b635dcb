import { expect } from 'chai';
import { inOneLine } from '../../lib/text/one-line.js';
import { speechRequest } from '../support/speech-request.js';

const JOINED: readonly (readonly [what: string, sent: string, said: string])[] = [
  ['lines', 'Good morning.\nThe train is late.\r\nPlease wait.', 'Good morning. The train is late. Please wait.'],
  ['a sentence that was broken', 'The train\nis late.', 'The train is late.'],
  ['other line breaks', 'One\rtwo\u2028three', 'One two three'],
  ['paragraphs, as sentences', 'Hello\n\nDear all,\n\nbye', 'Hello. Dear all, bye'],
  ['paragraphs in Chinese', '今天\n\n明天', '今天。 明天'],
  ['items', 'Buy:\n- milk\n- bread', 'Buy: - milk. - bread'],
  ['a line of stars between paragraphs', 'One.\n\n★ ★ ★\n\nTwo.', 'One. Two.'],
];

describe('inOneLine', () => {
  for (const [what, sent, said] of JOINED) {
    it(`joins ${what}`, () => {
      const request = speechRequest({ input: sent });
      expect(inOneLine(request, true)).to.deep.equal({ ...request, input: said, lines: sent });
    });
  }

  it('adds nothing where a text is to go as it was sent', () => {
    const request = speechRequest({ input: '<speak>\n\n  <p>Hello</p>\n</speak>' });
    expect(inOneLine(request, false).input).to.equal('<speak> <p>Hello</p> </speak>');
  });

  it('hands what is one line back as it is', () => {
    const request = speechRequest();
    expect(inOneLine(request, true)).to.equal(request);
  });

  it('keeps the marks of a text', () => {
    const request = speechRequest({ input: 'Ann\n\nbye', marked: '[Ann](/ˈæn/)\n\nbye <sigh>' });
    expect(inOneLine(request, true)).to.include({ input: 'Ann. bye', marked: '[Ann](/ˈæn/). bye <sigh>' });
  });
});
