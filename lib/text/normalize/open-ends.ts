/** A tag or a declaration with its end. */
const TAG = /<[/!]?[A-Za-z][^<>]*>/y;
/** What else begins with the sign of a tag, and how it ends. */
const OTHERS: readonly (readonly [begin: string, end: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];

/**
 * Writes the sign of a tag that never ends as a letter, so that a reader of tags does not take the words behind it for its own:
 * somebody wrote `<div` or `<?`, or was cut off.
 */
export function keepOpenEnds(html: string): string {
  const lastEnds = OTHERS.map(([begin, end]) => ({ begin, last: html.lastIndexOf(end) }));
  const isWhole = (at: number): boolean => {
    const other = lastEnds.find(({ begin }) => html.startsWith(begin, at));
    if (other !== undefined) return other.last > at;
    TAG.lastIndex = at;
    return TAG.test(html);
  };
  let kept = '';
  let from = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    if (!/[A-Za-z/!?]/.test(html.charAt(at + 1)) || isWhole(at)) continue;
    kept += `${html.slice(from, at)}&lt;`;
    from = at + 1;
  }
  return kept + html.slice(from);
}
