import type { MarkdownIt } from 'markdown-it';
import { MATHS_ELEMENT } from './html-elements.js';
import { createBracketRule } from './markdown-brackets.js';
import { tableRule } from './markdown-table.js';
import { keepOpenEnds } from './open-ends.js';

type BlockRule = Parameters<MarkdownIt['block']['ruler']['before']>[2];
type InlineRule = Parameters<MarkdownIt['inline']['ruler']['before']>[2];
type CoreRule = Parameters<MarkdownIt['core']['ruler']['push']>[1];
type Token = Parameters<CoreRule>[0]['tokens'][number];

/** Longest formula in a line, and the most lines of one by itself: a sign without its partner is looked for no further. */
const MOST_INLINE = 1_000;
const MOST_LINES = 100;

/** What is maths even without a sign of LaTeX. */
const FUNCTION_NAMES = /^(?:sin|cos|tan|log|ln|exp|lim|max|min|mod|gcd|det|dx|dy|dt)$/u;

/** Teaches the parser maths, and what is mark-up only by its looks. */
export function addRules(markdown: MarkdownIt): void {
  markdown.block.ruler.before('fence', 'maths_block', mathsBlock, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
  markdown.inline.ruler.before('escape', 'maths_inline', mathsInline);
  markdown.inline.ruler.before('emphasis', 'literal_star', literalStar);
  markdown.inline.ruler.before('link', 'note_mark', noteMark);
  markdown.inline.ruler.before('link', 'bracket', createBracketRule());
  markdown.block.ruler.at('table', tableRule, { alt: ['paragraph', 'reference'] });
  markdown.renderer.rules['maths'] = (tokens, index) => {
    const token = tokens[index];
    const formula = markdown.utils.escapeHtml(token?.content ?? '');
    const maths = `<${MATHS_ELEMENT}>${formula}</${MATHS_ELEMENT}>`;
    return token?.block === true ? `<p>${maths}</p>\n` : maths;
  };
  // What stands behind a comment is Markdown to whoever wrote it, and HTML to the parser.
  markdown.renderer.rules['html_block'] = (tokens, index) => {
    const html = tokens[index]?.content ?? '';
    const behind = html.replace(/^(?:\s*<!--(?:(?!-->)[^])*-->)+/, '');
    return behind === html || behind.trim() === '' ? keepOpenEnds(html) : markdown.render(behind);
  };
  markdown.core.ruler.push('list_numbers', listNumbers);
  markdown.renderer.rules['list_item_open'] = (tokens, index) => {
    const number = tokens[index]?.info ?? '';
    return number === '' ? '<li>' : `<li value="${markdown.utils.escapeHtml(number)}">`;
  };
}

/**
 * Leaves each item the number that stands there, as what looks like a list may be dates; where all of a list are the same, which
 * Markdown allows, they are counted. A number with nothing behind it is what was meant, and stays.
 */
const listNumbers: CoreRule = ({ tokens }) => {
  const open: Token[][] = [];
  tokens.forEach((token, at) => {
    if (token.type === 'ordered_list_open' || token.type === 'bullet_list_open') open.push([]);
    else if (token.type === 'list_item_open') open.at(-1)?.push(token);
    else if (token.type === 'list_item_close' && tokens[at - 1]?.type === 'list_item_open') open.at(-1)?.pop();
    else if (token.type === 'ordered_list_close' || token.type === 'bullet_list_close') countSame(open.pop() ?? []);
  });
};

function countSame([first, ...others]: readonly Token[]): void {
  if (others.some(({ info }) => info !== first?.info)) return;
  for (const item of others) item.info = '';
}

/** Takes `$$…$$` and `\[…\]` on lines of their own, whatever else stands in them: LaTeX is full of what Markdown takes for its own. */
const mathsBlock: BlockRule = (state, startLine, endLine, silent) => {
  const lineAt = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);
  const first = lineAt(startLine);
  const open = first.slice(0, 2);
  const close = open === '$$' ? '$$' : open === '\\[' ? '\\]' : undefined;
  if (close === undefined || first.startsWith('$$$')) return false;
  const lines: string[] = [];
  for (let line = startLine; line < Math.min(endLine, startLine + MOST_LINES); line += 1) {
    const text = line === startLine ? first.slice(2) : lineAt(line);
    const end = text.indexOf(close);
    if (end < 0) {
      lines.push(text);
      continue;
    }
    // What goes on behind it is a sentence with maths in it.
    if (text.slice(end + 2).trim() !== '' && !/^\s*[.,;:]\s*$/.test(text.slice(end + 2))) return false;
    lines.push(text.slice(0, end));
    if (silent) return true;
    state.line = line + 1;
    const token = state.push('maths', '', 0);
    token.block = true;
    token.content = lines.join('\n');
    return true;
  }
  return false;
};

/** Takes `\(…\)`, `\[…\]`, `$$…$$`, and `$…$` by pandoc's rule: no blank inside the signs, and no digit behind them. */
const mathsInline: InlineRule = (state, silent) => {
  const formula = formulaAt(state.src.slice(state.pos, Math.min(state.posMax, state.pos + MOST_INLINE)));
  const before = state.src.charAt(state.pos - 1);
  if (formula === undefined || (formula.open === '$' && /[\p{L}\p{N}$]/u.test(before))) return false;
  if (!silent) state.push('maths', '', 0).content = formula.content;
  state.pos += formula.length;
  return true;
};

interface Formula {
  readonly open: string;
  readonly content: string;
  readonly length: number;
}

const FORMS: readonly (readonly [open: string, form: RegExp])[] = [
  ['$$', /^\$\$(?!\$)([^$]+)\$\$/u],
  ['\\(', /^\\\(([^]+?)\\\)/u],
  ['\\[', /^\\\[([^]+?)\\\]/u],
  ['$', /^\$(?![\s$])((?:\\.|[^$\\])*)(?<!\s)\$(?![0-9$])/u],
];

function formulaAt(text: string): Formula | undefined {
  if (!/^(?:\$|\\[([])/.test(text)) return undefined;
  const form = FORMS.find(([open]) => text.startsWith(open));
  const found = form?.[1].exec(text);
  const content = found?.[1];
  if (form === undefined || content === undefined) return undefined;
  if (form[0] === '$' && !looksLikeMaths(content)) return undefined;
  return { open: form[0], content, length: found?.[0].length ?? 0 };
}

/** Tells maths from what stands between two prices or two variables of a shell. */
function looksLikeMaths(content: string): boolean {
  if (/\n\s*\n/.test(content)) return false;
  if (/[\\^_={}]/.test(content)) return true;
  const names = content.match(/\p{L}{2,}/gu) ?? [];
  return names.every((name) => FUNCTION_NAMES.test(name));
}

/** Leaves stars between digits and letters as they are: `2*3*4` and `a*b*c` are products. Emphasis inside a word is rare, and loses less. */
const literalStar: InlineRule = (state, silent) => {
  const { src, pos } = state;
  if (src.charAt(pos) !== '*' || !/[0-9A-Za-z)]/.test(src.charAt(pos - 1))) return false;
  const stars = /^\*{1,2}(?=[0-9A-Za-z(])/.exec(src.slice(pos, pos + 3))?.[0];
  const next = src.charAt(pos + (stars?.length ?? 0));
  const isStrong = stars === '**' && !(isDigit(src.charAt(pos - 1)) && isDigit(next));
  if (stars === undefined || isStrong) return false;
  if (!silent) state.push('text', '', 0).content = stars;
  state.pos += stars.length;
  return true;
};

function isDigit(character: string): boolean {
  return /[0-9]/.test(character);
}

/** Drops the mark of a footnote. */
const noteMark: InlineRule = (state) => {
  if (!state.src.startsWith('[^', state.pos)) return false;
  const mark = /^\[\^[^\s\]]{1,64}\]/.exec(state.src.slice(state.pos, state.pos + 68))?.[0];
  if (mark === undefined) return false;
  state.pos += mark.length;
  return true;
};
