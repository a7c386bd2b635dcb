/** White space that is more than one blank between two words. */
const EXCESS = /[^\S ]\s*| \s+/gu;

/** Makes each row of white space one blank, and drops it at the ends. A text that has no others is not written anew. */
export function squeezeBlanks(text: string): string {
  return text.replace(EXCESS, ' ').trim();
}
