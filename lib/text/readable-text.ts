import { squeezeBlanks } from './blanks.js';

/** Control and formatting characters that a voice cannot say, line breaks and tabs excepted. */
const UNSPEAKABLE = /(?![\t\n\v\f\r\u0085])[\p{Cc}\p{Co}\p{Cn}\uFEFF\u200B\u2060\u00AD]/gu;

/**
 * Makes text ready to be read aloud by the client: composed characters, no invisible ones, single blanks, and paragraphs kept,
 * because a voice rests there.
 */
export function readableText(input: string): string {
  return (
    input
      .normalize('NFC')
      // Before the blanks are squeezed, because some of them count as blanks, and some stand between two.
      .replace(UNSPEAKABLE, '')
      .split(/\n\s*\n/)
      .map(squeezeBlanks)
      .filter((paragraph) => paragraph !== '')
      .join('\n\n')
  );
}
