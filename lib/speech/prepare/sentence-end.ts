/** A mark after which a voice rests, with quotes and brackets that close behind it. */
const ENDED = /[.!?…:;,。！？：；，、．؟،؛۔।॥։።၊။](?:["'”’»」』）)\]】*_]|\s)*$/u;
/** Characters at the end among which the mark is looked for. */
const MOST_CLOSING = 64;
const LAST_LETTER = /[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u;
/** Writing systems with full stops and commas of full width. */
const FULL_WIDTH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Ends a text as a sentence, where no mark does: what stands in a line of its own is heard as one. */
export function endSentence(text: string): string {
  if (text === '' || ENDED.test(text.slice(-MOST_CLOSING))) return text;
  return `${text}${endsInFullWidth(text) ? '。' : '.'}`;
}

/** Says whether the last letter of a text is one of Chinese or Japanese, whose marks differ. */
export function endsInFullWidth(text: string): boolean {
  const letter = LAST_LETTER.exec(text)?.[0];
  return letter !== undefined && FULL_WIDTH.test(letter);
}
