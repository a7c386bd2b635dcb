import { hasMarkup } from './markup.js';
import { stripMarks } from './plain-marks.js';

/**
 * Makes Markdown and HTML ready to be spoken: what a person would say who reads it to somebody. Text without mark-up is handed back at
 * once as it is; the parser is loaded when it is needed first.
 *
 * @returns an empty string where nothing is left to be said
 */
export function prepareMarkdown(input: string): string | Promise<string> {
  return hasMarkup(input) ? sayOrStrip(input) : input;
}

async function sayOrStrip(input: string): Promise<string> {
  try {
    // Node keeps what it has loaded.
    const { sayMarkdown } = await import('./markdown-reader.js');
    return await sayMarkdown(input);
  } catch {
    // A few signs too many are better than no speech at all.
    return stripMarks(input);
  }
}
