/** A mark after which a voice rests, with quotes, brackets and hidden marks that close behind it. */
const ENDED = /[.!?…:;,。！？：；，、．؟،؛۔।॥։።၊။](?:["'”’»」』）)\]】*_\p{Co}]|\s)*$/u;
/** Characters at the end among which the mark, or the last letter, is looked for. */
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
  const letter = LAST_LETTER.exec(text.slice(-MOST_CLOSING))?.[0];
  return letter !== undefined && FULL_WIDTH.test(letter);
}

/** Takes characters off the end of a text, each looked at once: an expression would begin anew at every one of them. */
export function withoutEnd(text: string, characters: RegExp): string {
  let end = text.length;
  while (end > 0 && characters.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
