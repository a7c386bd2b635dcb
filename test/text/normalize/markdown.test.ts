import { expect } from 'chai';
import fc from 'fast-check';
import { prepareMarkdown } from '../../../lib/text/normalize/markdown.js';

/** A chat's answer as it comes, and what a person would read aloud. */
const ANSWERS: readonly (readonly [what: string, written: string, said: string])[] = [
  [
    'headings',
    '# Getting started\n\nFirst, install it.\n\n## Why?\n\nBecause.',
    'Getting started.\n\nFirst, install it.\n\nWhy?\n\nBecause.',
  ],
  ['underlined headings', 'Title\n=====\n\nText\n---\n\nMore', 'Title.\n\nText.\n\nMore'],
  [
    'emphasis',
    'This is **very** *important*, ***really***, __yes__ and _no_.',
    'This is very important, really, yes and no.',
  ],
  ['emphasis that was cut off', 'This is **cut off in the mid', 'This is cut off in the mid'],
  ['emphasis against a colon', '**Note:**the door is open', 'Note:the door is open'],
  ['deletions', 'It is ~~five~~ six, about ~5 to ~6.', 'It is five six, about ~5 to ~6.'],
  ['a list', 'Buy:\n\n- milk\n- bread and\n  butter\n- eggs!', 'Buy:\n\nmilk.\nbread and\nbutter.\neggs!'],
  ['nested lists', '- Fruit\n  - Apple\n    - Red\n  - Pear\n- Nuts', 'Fruit.\nApple.\nRed.\nPear.\nNuts.'],
  ['a loose list', '* One\n\n* Two\n\n  More of two', 'One.\nTwo.\nMore of two.'],
  ['a numbered list', '1. Open it.\n2. Close it\n3. Done', '1. Open it.\n2. Close it.\n3. Done.'],
  ['a list that numbers every item the same', '1. a\n1. b\n1. c', '1. a.\n2. b.\n3. c.'],
  ['a list that begins anew behind an item of nothing to say', '1. a\n2. b\n\n1. 😀\n2. c', '1. a.\n2. b.\n2. c.'],
  ['dates of which two are of the same day', '3. Mai\n3. Juni\n4. Juli', '3. Mai.\n3. Juni.\n4. Juli.'],
  ['a number that stands there twice', '42.\n42.\n\n**a**', '42.\n42.\n\na'],
  ['a number alone before others that are the same', '3.\n7. b\n7. c', '3.\n7. b.\n8. c.'],
  [
    'a list of the same number with lists in it',
    '5. a\n   - b\n   1. c\n   2. d\n5. e',
    '5. a.\nb.\n1. c.\n2. d.\n6. e.',
  ],
  ['a list around an item of nothing to say', '1. a\n2. 😀\n3. c', '1. a.\n3. c.'],
  ['dates that look like a list', '3. Mai\n7. Juni', '3. Mai.\n7. Juni.'],
  ['a number that looks like an empty item', 'The *answer* is:\n\n42.', 'The answer is:\n\n42.'],
  ['a list that goes on after code', '1. Run\n\n   ```\n   npm i\n   ```\n\n2. Stop', '1. Run.\n2. Stop.'],
  ['things to do', '- [ ] Write\n- [x] Read', 'Write.\nRead.'],
  ['a table', '| Name | Age |\n|:--|--:|\n| Bob | 5 |\n| Ann | 7 |', 'Name: Bob, Age: 5.\nName: Ann, Age: 7.'],
  ['a table with gaps', '| | Price |\n|-|-|\n| Tea | |\n| **Milk** | `2` |', 'Tea.\nMilk, Price: 2.'],
  ['a table of ticks', '| Feature | Free |\n|-|-|\n| Sync | ✅ |', 'Feature: Sync, Free: ✅.'],
  ['a table of titles alone', '| One | Two |\n|-|-|', 'One, Two.'],
  ['a block of code beside words', 'Run this:\n\n```sh\nnpm install\n```\n\nThen wait.', 'Run this:\n\nThen wait.'],
  ['a block of code that never ends', 'Run this:\n\n```sh\nnpm install', 'Run this:'],
  ['nothing but code', '```js\nconst a = 1;\n```', 'const a = 1;'],
  ['code in a line', 'Call `close()` or ``a `b` c`` on `C:\\dir`.', 'Call close() or a `b` c on C:\\dir.'],
  [
    'links',
    'See [the *docs*](https://a.example/b "Docs"), [that][1] and <https://c.example/d>.\n\n[1]: https://e.example',
    'See the docs, that and c.example.',
  ],
  [
    'bare addresses',
    'Go to https://www.example.com/a_b_c?d=*e*, or http://localhost:3000. (www.other.org)',
    'Go to example.com, or localhost. (other.org)',
  ],
  ['an address with brackets', '(see https://en.wikipedia.org/wiki/Foo_(bar))', '(see en.wikipedia.org)'],
  ['an address as the text of a link', '[https://a.example/b](https://a.example/b)', 'a.example'],
  ['an address with a password', 'https://user:secret@a.example/x', 'a.example'],
  ['a file', 'Open file:///music/a.txt now', 'Open /music/a.txt now'],
  ['pictures', 'A ![red **fox**](fox.png) runs. ![](dot.gif)', 'A red fox runs.'],
  ['a quote', '> To be\n> or not.\n\nHe said.', 'To be\nor not.\n\nHe said.'],
  ['a pause', 'One.\n\n***\n\nTwo.\n\n- - -\n\nThree.', 'One.\n\nTwo.\n\nThree.'],
  ['notes', 'It is so.[^1] Really.\n\n[^1]: Smith, 2020.', 'It is so. Really.\n\nSmith, 2020.'],
  ['pointers to sources', 'It is so【12†source】.', 'It is so.'],
  ['emoji', 'Great job 🎉! Keep going 👩‍👩‍👧 now 🇩🇪.\n\n✅ Done ❤️', 'Great job! Keep going now.\n\nDone'],
  ['keys', 'Press 1️⃣ first', 'Press 1 first'],
  ['signs that only look like emoji', 'Café™ © 2024, ★★★☆☆, 5 → 6 🙂', 'Café™ © 2024, ★★★☆☆, 5 → 6'],
  ['nothing but emoji', '🎉🎉 ❤️', '🎉🎉 ❤️'],
  ['entities', 'Tom &amp; Jerry &lt;3 &#x48;i &copy; AT&T', 'Tom & Jerry <3 Hi © AT&T'],
  [
    'HTML',
    '<h2>Title</h2><p>Some <b>bold</b><br>text.</p><ul><li>One<li>Two</ul><script>let a;</script><style>a{}</style>',
    'Title.\n\nSome bold\ntext.\n\nOne.\nTwo.',
  ],
  [
    'an HTML document',
    '<!doctype html><html><head><title>T</title></head><body>\n\n    <p>Hello</p>\n\n    <p>there</p></body></html>',
    'Hello\n\nthere',
  ],
  ['an HTML table', '<table><tr><th>A<th>B<tr><td>1<td>2</table>', 'A: 1, B: 2.'],
  ['an HTML list with a start', '<ol start="3"><li>a</li><li value="9">b</li></ol>', '3. a.\n9. b.'],
  ['HTML in Markdown', 'Press <kbd>Enter</kbd> <!-- or not --> **now**<br/>please', 'Press Enter now\nplease'],
  [
    'raised numbers',
    '10<sup>6</sup>, x<sup>2</sup>, so it is<sup>1</sup>.',
    '10 to the power of 6, x squared, so it is.',
  ],
  [
    'tags that are written about',
    'Use the <title> tag, then <script> as well.',
    'Use the title tag, then script as well.',
  ],
  ['a comment that never ends', 'Hello **you** <!-- there', 'Hello you <!-- there'],
  ['blanks to fill in, and comparisons', 'Say <your name>, and x<y and y>z.', 'Say your name, and x<y and y>z.'],
  ['elements of somebody’s own', '<answer>Well.</answer> Yes.', 'Well. Yes.'],
  ['signs that were kept from meaning something', 'Not \\*so\\*, 2 \\# 3', 'Not *so*, 2 # 3'],
  ['products beside emphasis', '**Area:** 2*3*4, a*b*c, 2**3 and 2 * 3 * 4', 'Area: 2*3*4, a*b*c, 2**3 and 2 * 3 * 4'],
  ['names beside emphasis', 'Use *snake_case_names* and a_b_c', 'Use snake_case_names and a_b_c'],
  [
    'prices beside emphasis',
    'From $5 to $10, *or* 7$ and 8$, US$3 or A$4',
    'From $5 to $10, or 7$ and 8$, US$3 or A$4',
  ],
  [
    'maths in a line',
    'As $E = mc^2$ and \\(x_i \\le 3\\) say.',
    'As E equals m c squared and x sub i is at most 3 say.',
  ],
  ['maths on its own', 'So:\n\\[\nx\n=\n\\frac{a}{b}\n\\]\nis it.', 'So:\n\nx equals a over b\n\nis it.'],
  ['maths between dollars', '$$\n\\sum_{i=1}^{n} i\n\n- 1\n$$', 'the sum from i equals 1 to n of i minus 1'],
  ['a block of maths', '```math\n\\sqrt{2}\n```', 'the square root of 2'],
  ['maths in code', 'Write `$x$` like *this*', 'Write $x$ like this'],
  [
    'German',
    '## Überschrift\n\n1. **Öffnen** Sie die „Tür“\n2. Gehen Sie durch\n\n| Größe | Preis |\n|-|-|\n| groß | 5 € |',
    'Überschrift.\n\n1. Öffnen Sie die „Tür“.\n2. Gehen Sie durch.\n\nGröße: groß, Preis: 5 €.',
  ],
  [
    'Chinese',
    '## 如何开始\n\n**重点：**先安装**“软件”**。\n\n- 苹果\n- 香蕉！\n\n| 名称 | 价格 |\n|-|-|\n| 茶 | 五元 |\n\n访问https://example.com吧。',
    '如何开始。\n\n重点：先安装“软件”。\n\n苹果。\n香蕉！\n\n名称：茶，价格：五元。\n\n访问example.com吧。',
  ],
  ['Japanese', '### 手順\n\n1. **開く**\n2. 閉じる', '手順。\n\n1. 開く。\n2. 閉じる。'],
  ['Arabic', '## العنوان\n\n- **نعم**\n- لماذا؟', 'العنوان.\n\nنعم.\nلماذا؟'],
  ['lines that end as on Windows', '# A\r\n\r\n- b\r\n- c', 'A.\n\nb.\nc.'],
];

/** What is written like this everywhere, and means what it says. */
const PLAIN = [
  'Hello there. How are you?',
  '2 * 3 * 4',
  '2*3*4',
  'a_b_c',
  '5 > 3',
  'I <3 you',
  'x < y, y > z',
  'C:\\dir\\file',
  'snake_case',
  'AT&T',
  '#1 fan',
  'Issue #5 and C# and F#',
  '1. Januar',
  '- yes',
  '— Oui, dit-il.\n— Non.',
  'It costs $5 and $10.',
  'echo $HOME and $PATH',
  'One line\nand another\n\nand a paragraph',
  '  indented\n    more',
  '“Smart” ‘quotes’ … and – dashes',
  '今天天气很好，我们去公园吧。',
  'これは日本語の文章です。',
  'مرحبا بالعالم، كيف حالك؟',
  '[aside] and (this) and {that}',
  'a~b, ~5, e-mail@example.com',
  'either/or, and/or, 24/7, 10:30',
  '50% | 60%',
  '★★★★☆ © ™ → 5',
  'a -- b',
];

function inLines(text: string): string {
  return text.replace(/\n+/g, '\n');
}

async function say(written: string): Promise<string> {
  return prepareMarkdown(written);
}

describe('prepareMarkdown', () => {
  for (const [what, written, said] of ANSWERS) {
    it(`reads ${what}`, async () => {
      expect(await say(written)).to.equal(said);
    });
  }

  for (const text of PLAIN) {
    it(`hands “${text.replaceAll('\n', '↵')}” back at once, as it is`, () => {
      expect(prepareMarkdown(text)).to.equal(text);
    });
  }

  for (const nothing of ['<!-- hidden -->', '---', '![](dot.gif)', '<script>let a = "b";</script>', '****', '# ']) {
    it(`says nothing where nothing is to be said: ${nothing}`, async () => {
      expect(await say(nothing)).to.equal('');
    });
  }

  it('reads a long text piece by piece as it reads a short one', async () => {
    const part = '## Title\n\nSome **bold** text with `code`.\n\n```\n\nno **words**\n\n```\n\n- one\n- two\n\n';
    const said = 'Title.\n\nSome bold text with code.\n\none.\ntwo.';
    const parts = 500;
    expect(await say(part.repeat(parts))).to.equal(Array<string>(parts).fill(said).join('\n\n'));
  });

  it('never says the title of a column that is too long to be one in every row', async () => {
    const title = 'word '.repeat(50).trim();
    const said = await say(`| ${title} | b |\n|-|-|\n${'| 1 | 2 |\n'.repeat(50)}`);
    expect(said.split('\n')[0]).to.equal('1, b: 2.');
  });

  describe('with hostile input', () => {
    const signs = [
      '[',
      '*',
      '<',
      '(',
      '$',
      '`',
      '_',
      '> ',
      '- ',
      '1. ',
      '|',
      '![',
      '[^',
      '~~',
      '\\(',
      '&',
      '<!--',
      '😀',
      ' ',
      '\t',
    ];
    for (const sign of signs) {
      it(`stands ${JSON.stringify(sign)} without end`, async () => {
        for (const length of [4_096, 100_000]) {
          const text = `${sign.repeat(Math.ceil(length / sign.length))}\n\nword`;
          expect(await say(text)).to.contain('word');
        }
      });
    }

    const deep = 10_000;
    const nested: [string, string][] = [
      ['quotes', `${'> '.repeat(deep)}word`],
      ['quotes in lines', Array.from({ length: 300 }, (_, depth) => `${'> '.repeat(depth)}word`).join('\n')],
      ['lists', Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- word`).join('\n')],
      ['elements', `${'<div><b>'.repeat(deep)}word${'</b></div>'.repeat(deep)}`],
      ['tables', `${'<table><tr><td>'.repeat(deep)}word`],
      ['lists of HTML', `${'<ul><li>'.repeat(deep)}word`],
      ['code of HTML', `<p>word</p>${'<pre><code>'.repeat(deep)}`],
      ['emphasis', `${'*a '.repeat(deep)}word${'*'.repeat(deep)}`],
      ['brackets of maths', `word $$\n${'{\\frac'.repeat(deep)}\n$$`],
      ['roots', `word $${'\\sqrt['.repeat(150)}$`],
    ];
    for (const [what, text] of nested) {
      it(`stands ${what} in ${what}, however deep`, async () => {
        expect(await say(text)).to.contain('word');
      });
    }
  });

  describe('whatever comes', () => {
    it('neither throws nor leaves half a character', async () => {
      const anything = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc
          .array(
            fc.constantFrom(
              ...[
                '**',
                '*',
                '_',
                '`',
                '```\n',
                '<b>',
                '</b>',
                '<',
                '>',
                '[',
                ']',
                '(',
                ')',
                '![',
                '$',
                '$$',
                '\\(',
                '\\)',
                '\\[',
                '\\]',
              ],
              ...[
                '\n',
                '\n\n',
                '- ',
                '1. ',
                '# ',
                '> ',
                '|',
                '|-|',
                '---',
                'word',
                ' ',
                '😀',
                '字',
                '{',
                '}',
                '^',
                '_',
                '\\frac',
                '&amp;',
              ],
              ...[
                '<table>',
                '<td>',
                '<tr>',
                '<pre>',
                '<code>',
                '<sup>',
                '<li>',
                '<script>',
                '<!--',
                '-->',
                'https://a.example/b',
                '[^1]',
                '~~',
              ],
            ),
            { maxLength: 60 },
          )
          .map((parts) => parts.join('')),
      );
      await fc.assert(
        fc.asyncProperty(anything, async (text) => {
          const said = await say(text);
          expect(said).to.be.a('string');
          if (!/\p{Surrogate}/u.test(text)) expect(said).not.to.match(/\p{Surrogate}/u);
        }),
        { numRuns: 400 },
      );
    });

    it('leaves no sign of mark-up, and has nothing to change about its own words', async () => {
      const word = fc.constantFrom('apple', 'Birne', '苹果', 'x', '42', 'Ü');
      const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
      const inline = fc.oneof(
        words,
        words.map((text) => `**${text}**`),
        words.map((text) => `*${text}*`),
        words.map((text) => `\`${text}\``),
        words.map((text) => `[${text}](https://a.example/b_c)`),
        words.map((text) => `<b>${text}</b>`),
        words.map((text) => `~~${text}~~`),
        fc.constantFrom('https://a.example/b', '😀', '$x^2$', '\\(\\alpha\\)', '&amp;', '<!-- no -->'),
      );
      const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
      const block = fc.oneof(
        line,
        line.map((text) => `## ${text}`),
        fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text) => `- ${text}`).join('\n')),
        fc
          .array(line, { minLength: 2, maxLength: 3 })
          .map((lines) => lines.map((text, at) => `${String(at + 1)}. ${text}`).join('\n')),
        line.map((text) => `> ${text}`),
        fc.tuple(words, words).map(([title, cell]) => `| ${title} | b |\n|---|---|\n| ${cell} | 1 |`),
        line.map((text) => `\`\`\`js\n${text}\n\`\`\``),
        words.map((text) => `<p>${text}</p>`),
        fc.constant('---'),
      );
      const text = fc.array(block, { minLength: 1, maxLength: 5 }).map((blocks) => `Words\n\n${blocks.join('\n\n')}`);
      await fc.assert(
        fc.asyncProperty(text, async (written) => {
          const said = await say(written);
          expect(said).not.to.match(/`|\*\*|~~|<\/?[a-z]|:\/\/|!\[|\]\(|^#|^>|😀|\$/m);
          // Two lists in a row are one when they are read again, and are counted if all that is left of both has the same number.
          fc.pre(!/^(\d+)\. .*\n+\1\. /m.test(said));
          expect(inLines(await say(said))).to.equal(inLines(said));
        }),
        { numRuns: 500 },
      );
    });
  });
});
