// Writes the words that a full stop does not end, out of CLDR's suppressions of sentence ends. With --print it only prints them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = dirname(createRequire(import.meta.url).resolve('cldr-segments-full/package.json'));
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

// Words of one language that end sentences of another, or of the same one: all languages share one list, as a text does not say its own.
const ORDINARY = new Set(
  (
    'act all alt am app arch art as aux bed ben best bien bull by cam cap caps card cat com comp dim div do doc dom end eng ' +
    'fem fil fund gem go graph gram hat hist ill imm in ind int is jam job joe kit kop led link lit long mart mat max may mer mind mo ' +
    'mod mov ok on or org out pal pin pol port pro prod prot pron quart ram rag rep res rod rol sam seg set so sol sup tab test to ' +
    'trans transp up ver vid'
  ).split(' '),
);

/** Reads the words, in lower case. Those of several parts, such as U.S. or z. B., are told by their form. */
function words() {
  const found = new Set();
  for (const language of readdirSync(join(folder, 'segments'))) {
    const { segments } = JSON.parse(readFileSync(join(folder, 'segments', language, 'suppressions.json'), 'utf8'));
    for (const { suppression } of segments.segmentations?.SentenceBreak?.standard ?? []) {
      const [, word] = /^(\p{L}{2,})\.$/u.exec(suppression.toLowerCase()) ?? [];
      if (word !== undefined && !ORDINARY.has(word)) found.add(word);
    }
  }
  return [...found].sort();
}

function inLines(list) {
  const lines = [''];
  for (const word of list) {
    if (`${lines.at(-1)} ${word}`.length > 118) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines.join('\n');
}

const licence = readFileSync(join(folder, 'LICENSE'), 'utf8').trim().replace(/^/gm, ' * ').replace(/ +$/gm, '');
const source = `/*!
 * Written by scripts/write-abbreviations.js from cldr-segments-full ${version}, whose licence follows.
 *
${licence}
 */

/** Words that a full stop shortens and does not end a sentence behind, in lower case, of all languages that CLDR has any for. */
export const ABBREVIATIONS: ReadonlySet<string> = new Set(
  \`
${inLines(words())}
\`
    .trim()
    .split(/\\s+/),
);
`;

if (process.argv.includes('--print')) process.stdout.write(source);
else writeFileSync(new URL('../lib/text/abbreviations.ts', import.meta.url), source);
