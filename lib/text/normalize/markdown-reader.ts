import createMarkdownIt, { type MarkdownIt } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { isPronounceable } from '../pronounceable.js';
import type { GiveWay } from '../turns.js';
import { addRules } from './markdown-rules.js';
import { piecesOf } from './pieces.js';
import { stripMarks } from './plain-marks.js';
import { joinBlocks } from './spoken-blocks.js';
import { readHtml } from './spoken-html.js';
import { keepFromSwallowing } from './unknown-tags.js';

const DOCUMENT = /^\s*(?:<!doctype html|<html)\b/i;

/** Deepest quotes and lists in one line that anybody means; the parser leaves out what lies far deeper. */
const MOST_MARKERS = 8;
const EXCESS_MARKERS = new RegExp(
  String.raw`^((?:[ \t]{0,3}(?:>[ \t]?|(?:[-*+]|\d{1,9}[.)])[ \t])){${String(MOST_MARKERS)}})(?:[ \t]{0,3}(?:>[ \t]?|(?:[-*+]|\d{1,9}[.)])[ \t]))+`,
  'gm',
);
/** What a label in brackets stands for, in a line of its own. */
const DEFINITION = /^ {0,3}\[([^[\]\\\n]{1,200})\]:[ \t]*\S{1,2000}(?:[ \t]+["'(][^\n]*)?$/gm;

/** What the parser writes around a paragraph, which is left out where one was cut. */
const BEGIN = '<p>';
const END = '</p>\n';

/** Signs that are written as words, which nobody is to read as such. */
const ENTITIES = /&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[Xx][0-9A-Fa-f]{1,6});/g;

const MARKDOWN = createParser();

/** Makes the parser. A test looks at what it does. */
export function createParser(): MarkdownIt {
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
export async function sayMarkdown(input: string, giveWay: GiveWay): Promise<string> {
  const source = input.replace(/\r\n?/g, '\n');
  const html = DOCUMENT.test(source) ? source : await renderMarkdown(source, giveWay);
  const blocks = await readHtml(keepFromSwallowing(html), giveWay);
  const said = await joinBlocks(blocks, giveWay);
  if (isPronounceable(said)) return said;
  // What no parser reads. Where there was nothing to read, there is nothing but pictures or signs.
  const stripped = await stripMarks(source.replace(ENTITIES, ' '), giveWay);
  return isPronounceable(stripped) ? stripped : said;
}

/** Writes a text in Markdown as HTML, piece by piece. */
async function renderMarkdown(source: string, giveWay: GiveWay): Promise<string> {
  // Known to every piece, wherever a label is defined.
  const references: Record<string, { readonly href: string; readonly title: string }> = {};
  for (const [, label = ''] of source.matchAll(DEFINITION)) {
    references[MARKDOWN.utils.normalizeReference(label)] = { href: '', title: '' };
  }
  const html: string[] = [];
  for (const { text, continues } of piecesOf(source)) {
    await giveWay(text.length);
    const rendered = MARKDOWN.render(withoutExcess(text), { references });
    const last = html.at(-1);
    if (continues && last?.endsWith(END) === true && rendered.startsWith(BEGIN)) {
      html[html.length - 1] = `${last.slice(0, -END.length)}\n`;
      html.push(rendered.slice(BEGIN.length));
    } else html.push(rendered);
  }
  return html.join('');
}

/** Makes a note's text a paragraph, and quotes and lists no deeper than anybody means them. */
function withoutExcess(text: string): string {
  return text.replace(/^ {0,3}\[\^[^\s\]]{1,64}\]:[ \t]*/gm, '\n').replace(EXCESS_MARKERS, '$1');
}
