import type { GiveWay } from '../turns.js';
import { hasReasoning, reasoningTokens, type ReasoningToken } from './reasoning-tokens.js';

/** All that stands between two tags that are written about: use <think> and </think>. */
const BETWEEN_MENTIONED =
  /^["'”’)\]\s]{0,4}(?:(?:and|or|to|und|oder|bis|et|ou|à|y|o|e|[…/、,–-]|\.{3}|和|与|或|到)["'“‘([\s]{0,4})?$/iu;
const MOST_BETWEEN = 16;
/** Blanks before a tag that begins its line. */
const MOST_INDENT = 16;

/** What stands about a tag that begins to think in the middle of a line, and about one that is written about. */
const ENDS_SENTENCE = /[.!?…。！？][)"'”’」』*_]{0,4}\s{0,8}$/u;
const OPENS_QUOTE = /["'“‘(「『]$/;
const GOES_ON = /^[.,;:!?)"'”’」』，。、；：…-]/;
/** A word right behind it, in a script with blanks between words, that is no ending of the tag's name as in "several <think>s". */
const STANDS_AGAINST =
  /^(?!(?:s|es|ed|er|ing)\b)(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}])[\p{L}\p{N}]/u;

/** Channels of OpenAI's open models that nobody is to hear: what is thought, and what is said to a tool. */
const SILENT_CHANNEL = /^\s*(?:analysis\b|commentary\b[^<]{0,100}\bto=)/;
const CHANNEL_NAME = /^\s*(?:final|commentary)\b[^<\n]{0,100}/;
/** Whoever has the turn; it stands alone behind its sign. */
const ROLE = /^[ \t]*(?:assistant|user|system|developer|tool|model|ipython)[^\S\n]*(?=\n|<|$)/;
const ROLE_FOLLOWS = new Set(['im_start', 'start', 'start_header_id', 'header_start', 'start_of_turn']);
const MESSAGE_ENDS = new Set(['end', 'call', 'return', 'im_end', 'eot_id', 'eom_id']);
/** Signs behind which there is nothing but a call of a tool. */
const CALL_FOLLOWS = new Set(['python_tag', '[tool_calls]']);
const MESSAGE_BEGINS = new Set(['start', 'channel', 'im_start']);

/** Characters, and places among them, between which somebody else has a turn. */
const TURN = 1_000;

/**
 * Takes out of a model's answer what it has not said to anybody: reasoning, calls of tools, and the signs of its chat's template. So it
 * is with what was cut off before its end, or whose beginning is missing. A tag in code, or one that is written about in a sentence,
 * takes nothing with it.
 */
export async function withoutReasoning(text: string, giveWay: GiveWay): Promise<string> {
  if (!hasReasoning(text)) return text;
  const tokens: ReasoningToken[] = [];
  let read = 0;
  for (const token of reasoningTokens(text)) {
    tokens.push(token);
    if (token.end - read < TURN) continue;
    await giveWay(TURN);
    read = token.end;
  }
  return new ReasoningReader(text, tokens).read(giveWay);
}

class ReasoningReader {
  readonly #text: string;
  readonly #tokens: readonly ReasoningToken[];
  /** For a sign of code that has a partner in the same paragraph, the index of that. */
  readonly #partners: ReadonlyMap<number, number>;
  /** The last end of each name. */
  readonly #lastClose = new Map<string, number>();
  #kept = '';
  /** Where what is kept next begins. */
  #from = 0;

  constructor(text: string, tokens: readonly ReasoningToken[]) {
    this.#text = text;
    this.#tokens = tokens;
    this.#partners = partnersOf(tokens);
    tokens.forEach(({ kind, name }, index) => {
      if (kind === 'close') this.#lastClose.set(name, index);
    });
  }

  async read(giveWay: GiveWay): Promise<string> {
    for (let index = 0; index < this.#tokens.length; index += 1) {
      if (index % TURN === TURN - 1) await giveWay(TURN);
      index = this.#readToken(index);
    }
    if (this.#from === 0) return this.#text;
    return (this.#kept + this.#text.slice(this.#from)).trim();
  }

  /** Reads a token, and returns the index of the last one that is done with it. */
  #readToken(index: number): number {
    const token = this.#tokens[index];
    if (token === undefined) return index;
    if (token.kind === 'code' || token.kind === 'fence') return this.#partners.get(index) ?? index;
    if (token.kind === 'open') return this.#readOpen(token, index);
    if (token.kind === 'close' && this.#isRealClose(token)) this.#dropAllBefore(token.end);
    if (token.kind === 'control') return this.#readControl(token, index);
    return index;
  }

  #readOpen(token: ReasoningToken, index: number): number {
    const close = this.#closeOf(token, index);
    if (close === undefined) {
      if (!this.#isRealOpen(token)) return index;
      this.#drop(token.start, this.#text.length);
      return this.#tokens.length;
    }
    const { start, end } = this.#tokens[close] ?? token;
    const isShort = start - token.end <= MOST_BETWEEN;
    if (isShort && BETWEEN_MENTIONED.test(this.#text.slice(token.end, start)) && !this.#beginsLine(token)) return close;
    this.#drop(token.start, end);
    return close;
  }

  /** Finds the end of an element, past those that are in it; where one of these has none, the last end there is. */
  #closeOf({ name }: ReasoningToken, index: number): number | undefined {
    const last = this.#lastClose.get(name) ?? -1;
    if (last < index) return undefined;
    let depth = 0;
    for (let at = index + 1; at < last; at += 1) {
      const token = this.#tokens[at];
      if (token?.name !== name) continue;
      // A model that thinks does not begin to think, but details lie in details.
      if (token.kind === 'other-open' || (token.kind === 'open' && name === 'details')) depth += 1;
      else if (token.kind === 'close' && depth > 0) depth -= 1;
      else if (token.kind === 'close') return at;
    }
    return last;
  }

  /**
   * What has no end begins a line, stands behind a sentence or against what was thought, and is not the subject of a sentence; a call
   * of a tool is told by what follows.
   */
  #isRealOpen(token: ReasoningToken): boolean {
    const next = this.#text.slice(token.end, token.end + 8);
    if (/^\s*\{/.test(next)) return true;
    if (/^[ \t]+\p{Ll}/u.test(next)) return false;
    if (this.#beginsLine(token)) return true;
    const before = this.#text.slice(Math.max(0, token.start - MOST_INDENT), token.start);
    if (token.name === 'details' || OPENS_QUOTE.test(before) || GOES_ON.test(next)) return false;
    return ENDS_SENTENCE.test(before) || STANDS_AGAINST.test(next);
  }

  /** What has no beginning ends a line of its own, or stands against what was thought; in a sentence there are blanks about it. */
  #isRealClose(token: ReasoningToken): boolean {
    if (token.name === 'details') return false;
    if (this.#beginsLine(token)) return true;
    const before = this.#text.charAt(token.start - 1);
    const after = this.#text.slice(token.end, token.end + 8);
    if (/["'“‘(]/.test(before) || /^[.,;:!?)"'”’]|^[ \t]+\p{Ll}/u.test(after)) return false;
    return !/\s/.test(before) || after.trimStart() !== after.replace(/^[ \t]+/, '');
  }

  #beginsLine({ start }: ReasoningToken): boolean {
    let at = start;
    while (at > 0 && start - at < MOST_INDENT && /[ \t]/.test(this.#text.charAt(at - 1))) at -= 1;
    return at === 0 || this.#text.charAt(at - 1) === '\n';
  }

  #readControl(token: ReasoningToken, index: number): number {
    const { name, start, end } = token;
    const behind = this.#text.slice(end, end + 128);
    if ((name === 'channel' && SILENT_CHANNEL.test(behind)) || CALL_FOLLOWS.has(name)) {
      let close = index + 1;
      while (close < this.#tokens.length && !endsMessage(this.#tokens[close])) close += 1;
      const last = this.#tokens[close];
      if (last === undefined) {
        this.#drop(start, this.#text.length);
        return this.#tokens.length;
      }
      this.#drop(start, MESSAGE_ENDS.has(last.name) ? last.end : last.start);
      return MESSAGE_ENDS.has(last.name) ? close : close - 1;
    }
    const header = name === 'channel' ? CHANNEL_NAME : ROLE_FOLLOWS.has(name) ? ROLE : undefined;
    this.#drop(start, end + (header?.exec(behind)?.[0].length ?? 0));
    return index;
  }

  #drop(start: number, end: number): void {
    this.#keep(start);
    this.#from = end;
  }

  #dropAllBefore(end: number): void {
    this.#from = end;
  }

  /** What stood on both sides of something left out are no words of one sentence. */
  #keep(end: number): void {
    const kept = this.#text.slice(this.#from, end);
    this.#kept += kept.trim() === '' ? kept : `${kept}\n`;
  }
}

function endsMessage(token: ReasoningToken | undefined): boolean {
  return token?.kind === 'control' && (MESSAGE_ENDS.has(token.name) || MESSAGE_BEGINS.has(token.name));
}

/** Finds for each sign of code its partner: a fence up to the next of its kind, or the end, and code in a line within its paragraph. */
function partnersOf(tokens: readonly ReasoningToken[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const next = new Map<string, number>();
  const fences = new Map<string, number>();
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const { kind, name } = tokens[index] ?? { kind: 'blank-line', name: '' };
    if (kind === 'blank-line' || kind === 'fence') next.clear();
    if (kind === 'fence') {
      partners.set(index, fences.get(name) ?? tokens.length);
      fences.set(name, index);
    }
    if (kind !== 'code') continue;
    const partner = next.get(name);
    if (partner !== undefined) partners.set(index, partner);
    next.set(name, index);
  }
  return partners;
}
