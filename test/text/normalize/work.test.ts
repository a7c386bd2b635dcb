import { expect } from 'chai';
import fc from 'fast-check';
import { hideMarks } from '../../../lib/text/marks.js';
import { HtmlWalker } from '../../../lib/text/normalize/html-walker.js';
import { createParser } from '../../../lib/text/normalize/markdown-reader.js';
import { prepareMarkdown } from '../../../lib/text/normalize/markdown.js';
import { piecesOf } from '../../../lib/text/normalize/pieces.js';
import { withoutReasoning } from '../../../lib/text/normalize/reasoning.js';
import { sayOfSsml } from '../../../lib/text/normalize/ssml.js';
import { cutText } from '../../../lib/text/segment.js';
import { MOST_A_TURN, type GiveWay } from '../../../lib/text/turns.js';
import { hostileTexts } from '../../support/hostile-texts.js';

const SHORT = 4_096;
const LONG = 20_000;

/** Longest piece of work, in characters: a piece of Markdown and the header of a table that is repeated before it. */
const MOST_AT_ONCE = 2_000;

/** Calls of the parser's rules for a character: there are some twenty rules, and blocks lie in blocks. */
const MOST_CALLS = 60;
const MOST_TOKENS = 6;

/** Texts that take what stands behind them with them by what they are: they begin code, or a document. */
const NOT_SAID = /^(?:fences|a page|code of HTML|.*SSML)/;

interface Work {
  readonly giveWay: GiveWay;
  readonly pieces: number[];
}

function noteWork(): Work {
  const pieces: number[] = [];
  return {
    pieces,
    giveWay(characters) {
      pieces.push(characters);
      return undefined;
    },
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** Makes a parser that counts how often any of its rules is asked, and the tokens that it makes. */
function countingParser() {
  const parser = createParser();
  const counts = { calls: 0, tokens: 0 };
  const { block, inline } = parser;
  for (const rules of [block.ruler.getRules(''), inline.ruler.getRules('')] as ((...parts: never[]) => unknown)[][]) {
    for (const [at, rule] of rules.entries()) {
      rules[at] = (...parts) => {
        counts.calls += 1;
        return rule(...parts);
      };
    }
  }
  return {
    counts,
    parse(text: string): void {
      const tokens = parser.parse(text, {});
      counts.tokens += tokens.length + sumOf(tokens.map(({ children }) => children?.length ?? 0));
    },
  };
}

/** Soups of signs, on the shape of which nobody has had an idea. */
const SOUPS = fc
  .array(
    fc.constantFrom(
      ...[
        '[',
        ']',
        '](',
        '![',
        '(',
        ')',
        '*',
        '**',
        '_',
        '`',
        '``',
        '~~',
        '$',
        '$$',
        '\\(',
        '\\[',
        '<',
        '>',
        '<b>',
        '</b>',
      ],
      ...[
        '<!--',
        '-->',
        '<a b="',
        '|',
        '|-|-|\n',
        'a|b\n',
        '- ',
        '1. ',
        '> ',
        '# ',
        '\n',
        '\n\n',
        '    ',
        '&amp;',
        '[^1]',
      ],
      ...[
        'a',
        'word ',
        'http://a.b/',
        '我。',
        '😀',
        '\\',
        ':',
        '---\n',
        '```\n',
        '[a]: b\n',
        '<sup>',
        '<td>',
        '<div>\n',
      ],
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''))
  .filter((unit) => unit.length > 0);

async function prepareAndCut(text: string, giveWay: GiveWay): Promise<void> {
  const written = await withoutReasoning(text, giveWay);
  const said = await (text.startsWith('<speak>') ? sayOfSsml(written, giveWay) : prepareMarkdown(written, giveWay));
  for (const segment of cutText(said)) void giveWay(segment.length);
}

describe('the work on a text', () => {
  const texts = [...hostileTexts(SHORT), ...hostileTexts(LONG)];

  it('leaves out no word that stands beside it', async () => {
    for (const [name, text] of texts) {
      // Within an element that nobody says, or an address, words are no text.
      if (NOT_SAID.test(name)) continue;
      const said = await prepareMarkdown(`first words\n\n${text}\n\nlast words`);
      expect(said, name).to.contain('first words');
      expect(said, name).to.contain('last words');
    }
  }).timeout(60_000);

  it('is done in pieces that one turn is enough for, and grows with the text and not with its square', async () => {
    for (const [name, text] of texts) {
      const { pieces, giveWay } = noteWork();
      await prepareAndCut(text, giveWay);
      expect(Math.max(0, ...pieces), name).to.be.at.most(MOST_AT_ONCE);
      // A title of at most 60 characters may be said for a cell of two, which is what can grow most.
      expect(sumOf(pieces), name).to.be.below(60 * text.length + 10 * MOST_A_TURN);
    }
  }).timeout(60_000);

  it('gives the parser little at a time, which asks its rules a few times for each character and makes few tokens', () => {
    for (const [name, text] of texts) {
      const parser = countingParser();
      let parsed = 0;
      for (const { text: piece } of piecesOf(hideMarks(text).text)) {
        expect(piece.length, name).to.be.at.most(MOST_AT_ONCE);
        parsed += piece.length;
        parser.parse(piece);
      }
      expect(parsed, name).to.be.below(3 * text.length + MOST_AT_ONCE);
      expect(parser.counts.calls, name).to.be.below(MOST_CALLS * (parsed + 100));
      expect(parser.counts.tokens, name).to.be.below(MOST_TOKENS * (parsed + 100));
    }
  }).timeout(60_000);

  it('is as little for any other shape', () => {
    fc.assert(
      fc.property(SOUPS, (unit) => {
        const text = unit.repeat(Math.ceil(SHORT / unit.length));
        const parser = countingParser();
        let parsed = 0;
        for (const { text: piece } of piecesOf(text)) {
          parsed += piece.length;
          parser.parse(piece);
        }
        expect(parsed).to.be.below(3 * text.length + MOST_AT_ONCE);
        expect(parser.counts.calls).to.be.below(MOST_CALLS * (parsed + 100));
        expect(parser.counts.tokens).to.be.below(MOST_TOKENS * (parsed + 100));
      }),
      { numRuns: 150 },
    );
  }).timeout(60_000);

  it('follows elements however deep they lie, and closes each once', () => {
    const depth = 20_000;
    for (const html of [
      `${'<b>'.repeat(depth)}word${'</b>'.repeat(depth)}`,
      `${'<b>'.repeat(depth)}word${'</i>'.repeat(depth)}`,
      `${'<b><i></b>'.repeat(depth)}word`,
      `${'<p><li>'.repeat(depth)}word`,
    ]) {
      let open = 0;
      let deepest = 0;
      let text = '';
      const walker = new HtmlWalker(html, {
        open() {
          open += 1;
          deepest = Math.max(deepest, open);
        },
        close() {
          open -= 1;
        },
        text(piece) {
          text += piece;
        },
      });
      while (walker.walk(1_000)) expect(open).to.be.at.least(0);
      expect(open).to.equal(0);
      expect(deepest).to.be.at.most(201);
      expect(text).to.equal('word');
    }
  });
});
