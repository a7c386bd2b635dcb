/** A letter, a digit, a sign or a picture. */
const VISIBLE = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** Says whether there is something in a text that can be seen, and perhaps said. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}
