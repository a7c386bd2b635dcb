const SURROGATE = /[\uD800-\uDFFF]/;

/** Counts characters as the API does: code points, not UTF-16 units. */
export function codePointLength(text: string): number {
  // In nearly all text the two are the same.
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const character of text) if (character !== '') length += 1;
  return length;
}

/** Says whether a text has more code points than a limit, counting only where it has to: UTF-16 units are never fewer. */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && codePointLength(text) > limit;
}
