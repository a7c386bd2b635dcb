import { withoutEnd } from './sentence-end.js';

const RENAMED = 'x-';
/** Elements that HTML reads nothing in until they are closed. */
const SWALLOWING = /<(?=(script|style|title|textarea|xmp|iframe|noembed|noframes|noscript|plaintext)\b)/giu;

/**
 * Keeps tags and comments that are never closed from taking the rest of a text with them: somebody wrote about `<title>`, or was cut off.
 */
export function keepFromSwallowing(html: string): string {
  const lower = html.toLowerCase();
  const closings = new Map<string, number>();
  const lastClosing = (name: string): number => {
    const known = closings.get(name) ?? lower.lastIndexOf(`</${name}`);
    closings.set(name, known);
    return known;
  };
  const kept = html.replace(SWALLOWING, (_sign, name: string, at: number) =>
    lastClosing(name.toLowerCase()) > at ? '<' : `<${RENAMED}`,
  );
  const lastEnd = kept.lastIndexOf('-->');
  return kept.slice(0, Math.max(0, lastEnd)) + kept.slice(Math.max(0, lastEnd)).replaceAll('<!--', '');
}

/** Says what looks like a tag and is none that HTML knows. */
export class UnknownTags {
  readonly #html: string;
  #closed: ReadonlySet<string> | undefined;

  constructor(html: string) {
    this.#html = html;
  }

  /**
   * An element of somebody's own is silent, as the others are. What is never closed is a blank to fill in, which is read without its
   * brackets, or a comparison, which stays.
   */
  say(name: string, { start, end }: { readonly start: number; readonly end: number }): string {
    this.#closed ??= new Set(
      [...this.#html.matchAll(/<\/([A-Za-z][^\s/>]*)/g)].map(([, closed = '']) => closed.toLowerCase()),
    );
    if (this.#closed.has(name)) return '';
    const tag = this.#html.slice(start, end);
    const around = this.#html.charAt(start - 1) + this.#html.charAt(end);
    if (/[\p{L}\p{N}]/u.test(around)) return tag;
    const inside = withoutEnd(tag, /[\s/>]/).replace(/^<\/?/, '');
    return inside.startsWith(RENAMED) ? inside.slice(RENAMED.length) : inside;
  }
}
