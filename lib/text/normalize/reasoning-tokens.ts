/** Elements that a model thinks in, or calls tools with: none of it is meant for whoever listens. */
const THINKING = 'think|thinking|antthinking|longcat_think|thoughts?|reasoning|reflection|scratchpad|inner_monologue';
const TOOLS = 'tool_use|tool_calls?|tool_responses?|tool_results?|function_calls?|function_results?';
const THOUGHT = `${THINKING}|${TOOLS}`;
/** The signs of a tag, also as somebody on the way may have written them: escaped for HTML, Markdown or JSON, or in full width. */
const LESS = String.raw`(?:\\?<|＜|&(?:amp;)?(?:lt|#60|#x3c);|\\u003c)`;
const GREATER = String.raw`(?:\\?>|＞|&(?:amp;)?(?:gt|#62|#x3e);|\\u003e)`;
const SLASH = String.raw`[ \t]{0,2}(?:\\?[/／])?[ \t]{0,2}`;
/** A namespace may stand before the name, as in `<seed:think>`. */
const TAG = String.raw`${LESS}(?<slash>${SLASH})(?<tag>(?:[a-z]{1,16}:)?(?:${THOUGHT}))(?:\s[^<>＜＞]{0,200}?)?(?<void>/?)${GREATER}`;
const END = String.raw`(?![\s\S])`;
/** The same, or a sign of a template, where the text was cut off within it. */
const CUT = String.raw`${LESS}(?<cutSlash>${SLASH})(?<cut>[a-z_]{4,32})(?:&[a-z#\d]{0,6})?${END}|[[◁](?<cutStroke>/?)think${END}|(?<cutControl>${LESS}[|｜][\p{L}\p{N}_▁:/]{1,60}${END})`;
const BRACKETS = String.raw`[[◁](?<stroke>/?)think[\]▷]`;
const DETAILS = String.raw`<(?<detailsSlash>/?)details(?<attributes>\s[^<>]{0,300})?>(?<summary>\s{0,8}<summary[^<>]{0,100}>\s{0,8}(?:thought|thinking|reasoning|思考))?`;
/** What a chat's template tells a model its turns by: `<|…|>` is anybody's, `<｜…｜>` is DeepSeek's, `[INST]` Llama's and Mistral's. */
/** Llama calls a function by an element of its name, and Gemma thinks between two signs without a meaning. */
const FUNCTION = String.raw`<(?<functionSlash>/?)function(?:=[\w.-]{1,100})?>`;
const UNUSED = String.raw`<unused9(?<unused>[45])>`;
const CONTROL = String.raw`${LESS}[|｜](?<control>/?[\p{L}\p{N}_▁:]{1,60})[|｜]${GREATER}|${LESS}(?<turn>(?:start|end)_of_turn)${GREATER}|\[/?INST\]|<</?SYS>>|(?<calls>\[TOOL_CALLS\])`;
const FENCE = String.raw`^[ \t>]*(?<fence>\x60{3,}|~{3,})`;
const CODE = String.raw`(?<code>\x60+)`;
const BLANK_LINE = String.raw`(?<blank>\n[^\S\n]*(?=\n))`;

const THINKING_TAG = new RegExp(String.raw`(?:^|:)(?:${THINKING})$`);
const SIGNS = [TAG, BRACKETS, DETAILS, FUNCTION, UNUSED, CONTROL, CUT];
const SUSPECT = new RegExp(SIGNS.map((form) => form.replace(/\?<\w+>(?!\/)/g, '?:')).join('|'), 'iu');
const TOKENS = new RegExp([FENCE, CODE, BLANK_LINE, ...SIGNS].join('|'), 'gimu');

const NAMES = THOUGHT.replace(/\?/g, '').split('|');

const REASONING_DETAILS = /\btype\s*=\s*["']?(?:reasoning|thinking|thought|tool_calls?|code_interpreter)\b/i;
const CONTROL_OPEN =
  /^(?:(?:start|begin)_(?:of_)?(?:thinking|thought)|think(?:ing)?|tool[_▁]calls?(?:[_▁]section)?[_▁]begin)$/i;
const CONTROL_CLOSE = /^(?:end_(?:of_)?(?:thinking|thought)|\/think(?:ing)?|tool[_▁]calls?(?:[_▁]section)?[_▁]end)$/i;

/** A place in a text that may begin or end what a model has not said to anybody, or that keeps such a place from counting. */
export interface ReasoningToken {
  /** `other-open`: an element of the same name that holds no reasoning, and is counted for its end. */
  readonly kind: 'open' | 'other-open' | 'close' | 'control' | 'fence' | 'code' | 'blank-line';
  /** What has to be the same at the beginning and the end. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Says whether there may be something in a text that a model has not said to anybody. */
export function hasReasoning(text: string): boolean {
  return /[<[◁＜&\\]/.test(text) && SUSPECT.test(text);
}

/** Finds these places, from front to back, each when it is asked for. */
export function* reasoningTokens(text: string): Generator<ReasoningToken> {
  for (const found of text.matchAll(TOKENS)) {
    const { kind, name, length = found[0].length } = describe(found[0], found.groups ?? {});
    yield { kind, name, start: found.index, end: found.index + length };
  }
}

type Description = Pick<ReasoningToken, 'kind' | 'name'> & { readonly length?: number };

function describe(whole: string, groups: Readonly<Record<string, string | undefined>>): Description {
  const { fence, code, blank, tag, slash, stroke, detailsSlash, attributes, summary, control, turn } = groups;
  const { functionSlash, unused, calls, cut, cutSlash, cutStroke, cutControl } = groups;
  if (fence !== undefined) return { kind: 'fence', name: fence.charAt(0) };
  if (code !== undefined) return { kind: 'code', name: code };
  if (blank !== undefined) return { kind: 'blank-line', name: '' };
  if (tag !== undefined && groups['void'] === '/') return { kind: 'control', name: '' };
  if (tag !== undefined) return { kind: kindOf(slash), name: familyOf(tag.toLowerCase()) };
  if (cut !== undefined) return describeCut(cut.toLowerCase(), cutSlash);
  if (cutStroke !== undefined) return describeBrackets(whole, cutStroke);
  if (cutControl !== undefined) return { kind: 'control', name: '' };
  if (stroke !== undefined) return describeBrackets(whole, stroke);
  if (detailsSlash === '/') return { kind: 'close', name: 'details' };
  if (detailsSlash !== undefined) {
    const isReasoning = summary !== undefined || REASONING_DETAILS.test(attributes ?? '');
    return {
      kind: isReasoning ? 'open' : 'other-open',
      name: 'details',
      length: whole.length - (summary ?? '').length,
    };
  }
  if (functionSlash !== undefined) return { kind: functionSlash === '/' ? 'close' : 'open', name: 'function' };
  if (unused !== undefined) return { kind: unused === '5' ? 'close' : 'open', name: '|unused|' };
  const name = control ?? turn ?? calls ?? '';
  if (CONTROL_OPEN.test(name)) return { kind: 'open', name: controlName(name) };
  if (CONTROL_CLOSE.test(name)) return { kind: 'close', name: controlName(name) };
  return { kind: 'control', name: name.toLowerCase() };
}

function kindOf(slash = ''): 'open' | 'close' {
  return slash.trim() === '' ? 'open' : 'close';
}

/** Of a name that was cut off enough has to be there; other words may end a text as well. */
function describeCut(cut: string, slash: string | undefined): Description {
  const name = NAMES.find((each) => each.startsWith(cut));
  return name === undefined ? { kind: 'blank-line', name: '' } : { kind: kindOf(slash), name: familyOf(name) };
}

/** What begins with one of its names may end with another: models are no parsers. */
function familyOf(tag: string): string {
  return THINKING_TAG.test(tag) ? 'think' : tag;
}

/** `[THINK]` is a model's, `[think]` is somebody's stage direction. */
function describeBrackets(whole: string, stroke: string): Description {
  if (whole.startsWith('[') && !whole.includes('THINK')) return { kind: 'blank-line', name: '' };
  return { kind: stroke === '/' ? 'close' : 'open', name: whole.charAt(0) };
}

function controlName(name: string): string {
  return /tool/i.test(name) ? '|tool|' : '|think|';
}
