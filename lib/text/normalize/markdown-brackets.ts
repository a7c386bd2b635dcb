import type { MarkdownIt } from 'markdown-it';

type InlineRule = Parameters<MarkdownIt['inline']['ruler']['before']>[2];
type InlineState = Parameters<InlineRule>[0];

/** Longest label of a definition, by CommonMark. */
const MOST_LABEL = 999;

/**
 * Leaves brackets alone that begin no link and no image. The parser looks for the end of each one anew, which takes it a second for a
 * few thousand of them; here all of a text are paired at once.
 */
export function createBracketRule(): InlineRule {
  const openings = new WeakMap<InlineState, ReadonlySet<number>>();
  return (state, silent) => {
    const { src, pos } = state;
    const isImage = src.startsWith('![', pos);
    if (!isImage && src.charAt(pos) !== '[') return false;
    let known = openings.get(state);
    if (known === undefined) {
      known = linkOpenings(src, hasDefinitions(state.env));
      openings.set(state, known);
    }
    if (known.has(isImage ? pos + 1 : pos)) return false;
    // One sign at a time: the parser counts brackets as it passes them.
    if (!silent) state.pending += src.charAt(pos);
    state.pos += 1;
    return true;
  };
}

function hasDefinitions(env: unknown): boolean {
  if (typeof env !== 'object' || env === null || !('references' in env)) return false;
  // Without a list of all of them, of which there may be thousands.
  for (const label in Object(env.references)) if (label !== '') return true;
  return false;
}

interface Opening {
  readonly at: number;
  readonly isImage: boolean;
  /** Whether something lies in it with which it cannot be what it looks like: links in links, images in the words for one. */
  hasLink: boolean;
  hasImage: boolean;
  hasBrackets: boolean;
}

/** Finds where links and images may begin: brackets with a partner that an address or a label follows, the innermost of several. */
function linkOpenings(text: string, hasLabels: boolean): ReadonlySet<number> {
  const found = new Set<number>();
  const open: Opening[] = [];
  const codeEnds = codeEndsIn(text);
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '`') at = codeEnds.get(at) ?? at;
    else if (character === '[') {
      open.push({ at, isImage: text.charAt(at - 1) === '!', hasLink: false, hasImage: false, hasBrackets: false });
    } else if (character === ']') {
      const opening = open.pop();
      const around = open.at(-1);
      if (around !== undefined) around.hasBrackets = true;
      if (opening === undefined) continue;
      const isLink = isBegun(opening, text, at, hasLabels);
      if (isLink) found.add(opening.at);
      if (around === undefined) continue;
      around.hasLink ||= opening.hasLink || (isLink && !opening.isImage);
      around.hasImage ||= opening.hasImage || (isLink && opening.isImage);
    }
  }
  return found;
}

function isBegun(opening: Opening, text: string, close: number, hasLabels: boolean): boolean {
  const next = text.charAt(close + 1);
  const isLabel = hasLabels && !opening.hasBrackets && close - opening.at <= MOST_LABEL;
  if (next !== '(' && next !== '[' && !isLabel) return false;
  return opening.isImage ? !opening.hasImage : !opening.hasLink;
}

/** For each sign of code that has a partner, the last character of that. */
function codeEndsIn(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const next = new Map<number, number>();
  for (const { 0: run, index } of [...text.matchAll(/`+/g)].reverse()) {
    const partner = next.get(run.length);
    if (partner !== undefined) ends.set(index, partner + run.length - 1);
    next.set(run.length, index);
  }
  return ends;
}
