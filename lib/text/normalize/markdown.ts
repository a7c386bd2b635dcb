import { AT_ONCE, type GiveWay } from '../turns.js';
import { hasMarkup } from './markup.js';
import { stripMarks } from './plain-marks.js';

/**
 * Makes Markdown and HTML ready to be spoken: what a person would say who reads it to somebody. Text without mark-up is handed back at
 * once as it is.
 *
 * @returns an empty string where nothing is left to be said
 * @throws what `giveWay` throws
 */
export function prepareMarkdown(input: string, giveWay: GiveWay = AT_ONCE): string | Promise<string> {
  return hasMarkup(input) ? sayOrStrip(input, giveWay) : input;
}

/** Node keeps what it has loaded. */
const loadReader = () => import('./markdown-reader.js');

/** A little of everything that the parser reads. */
const SAMPLE =
  '# A\n\n**b** *c* `d` [e](f) $g^2$ <b>h</b>&amp;\n\n- i\n- j\n\n> k\n\n| l | m |\n|---|---|\n| n | o |\n';

/** Loads the parser, which takes some 60 ms, and has its code compiled, before somebody waits for it. Never rejects. */
export async function warmReader(): Promise<void> {
  try {
    const { sayMarkdown } = await loadReader();
    await sayMarkdown(SAMPLE, () => new Promise((resolve) => setImmediate(resolve)));
  } catch {
    // Whoever needs it goes without it, as ever.
  }
}

async function sayOrStrip(input: string, giveWay: GiveWay): Promise<string> {
  try {
    const { sayMarkdown } = await loadReader();
    return await sayMarkdown(input, giveWay);
  } catch {
    // A few signs too many are better than no speech at all.
    return stripMarks(input, giveWay);
  }
}
