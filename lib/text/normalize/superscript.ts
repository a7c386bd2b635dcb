/** Says what is raised above the line: behind a number or a letter it is a power, behind a word the mark of a note. */
export function sayRaised(before: string, raised: string): string {
  const text = raised.trim();
  const isNumber = /^[-−+]?\d+$/u.test(text);
  if (isNumber && /(?:[\p{N})\]]|(?<!\p{L})\p{L})$/u.test(before)) {
    if (text === '2') return ' squared';
    if (text === '3') return ' cubed';
    return ` to the power of ${text.replace(/^[-−]/u, 'minus ')}`;
  }
  return isNumber && /^\d+$/.test(text) ? '' : raised;
}
