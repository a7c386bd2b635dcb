/** The longest that a service is left alone because it asked for it, in milliseconds: an hour's wish must not become an hour's outage. */
const LONGEST = 60_000;

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, section 10.2.3).
 *
 * @param value the header, if there is one
 * @param now Unix time in milliseconds
 * @returns milliseconds from 0 to 60 000, or undefined where the header says nothing that can be understood
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(LONGEST, Math.round(Number(text) * 1_000));
  // Date.parse takes many things for a date, "-1" among them; an HTTP date has a weekday, and ends in GMT.
  if (!/^[A-Z][a-z]{2,8},? .+ GMT$/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(LONGEST, Math.max(0, date - now));
}
