import createMarkdownIt, { type MarkdownIt } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { hasWords } from './emoji.js';
import { addRules } from './markdown-rules.js';
import { stripMarks } from './plain-marks.js';
import { joinBlocks, type SpokenBlock } from './spoken-blocks.js';
import { readHtml } from './spoken-html.js';
import { keepFromSwallowing } from './unknown-tags.js';

/** Characters that are read at a time, a few milliseconds of work. Between two of these somebody else has a turn. */
const WINDOW = 16_000;
/** Longest piece without a blank line that is given to the parser, whose time grows faster than the text for a few bad ones. */
const MOST_PIECE = 64_000;

const DOCUMENT = /^\s*(?:<!doctype html|<html)\b/i;

const MARKDOWN = createParser();

function createParser(): MarkdownIt {
  // Indented text is a poem or a letter more often than it is code, which has its fences.
  const markdown = createMarkdownIt({ html: true, linkify: true }).disable('code');
  // By the letter of CommonMark, emphasis next to Chinese and Japanese marks is none; it is meant all the same.
  markdown.use(cjkFriendly);
  // An address without a scheme needs no care: it is said as it stands.
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  // Nobody says where a link leads, so that no address need be checked and written anew.
  markdown.validateLink = () => true;
  markdown.normalizeLink = (address) => address;
  markdown.normalizeLinkText = (address) => address;
  addRules(markdown);
  return markdown;
}

/** Says a text in Markdown or HTML as a person would who reads it to somebody; nothing, where there is nothing to say. */
export async function sayMarkdown(input: string): Promise<string> {
  const source = input.replace(/\r\n?/g, '\n');
  const blocks: SpokenBlock[] = [];
  let isFirst = true;
  for (const piece of piecesOf(source)) {
    if (!isFirst) await new Promise((resolve) => setImmediate(resolve));
    isFirst = false;
    for (const block of readPiece(piece)) blocks.push(block);
  }
  const said = joinBlocks(blocks);
  if (hasWords(said)) return said;
  // The parser gives up what is nested too deeply. Where it has not, there is nothing but pictures or signs.
  const stripped = stripMarks(source);
  return hasWords(stripped) ? stripped : said;
}

function readPiece(piece: string): readonly SpokenBlock[] {
  if (DOCUMENT.test(piece)) return readHtml(keepFromSwallowing(piece));
  if (piece.length > MOST_PIECE) return [prose(stripMarks(piece))];
  return readHtml(keepFromSwallowing(MARKDOWN.render(withoutExcess(piece))));
}

function prose(text: string): SpokenBlock {
  return { kind: 'prose', text, isSentence: false, numbers: [], group: undefined };
}

/** Makes a note's text a paragraph, and quotes no deeper than anybody means them: the parser leaves out what is. */
function withoutExcess(text: string): string {
  return text.replace(/^ {0,3}\[\^[^\s\]]{1,64}\]:[ \t]*/gm, '\n').replace(/^(?:[ \t]{0,3}>){10,}/gm, '> ');
}

/** Cuts a long text at blank lines outside of fences. */
function* piecesOf(text: string): Generator<string> {
  if (text.length <= WINDOW || DOCUMENT.test(text)) {
    yield text;
    return;
  }
  let from = 0;
  let fence: string | undefined;
  for (const { 0: line, index } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    const mark = /^[ \t>]*(`{3,}|~{3,})/.exec(line)?.[1]?.slice(0, 3);
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    if (fence !== undefined || line.trim() !== '' || index - from < WINDOW) continue;
    yield text.slice(from, index);
    from = index;
  }
  yield text.slice(from);
}
