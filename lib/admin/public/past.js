// What the counts of the last day come to. No DOM in here, so that it can be tested without a browser.

/** Minutes whose mean is the present rate, the present one as far as it goes: one minute alone jumps. */
const RATE_OVER = 5;

/**
 * Puts slots together to beats, the oldest first. A beat is `good` where nothing went wrong, `bad` where nothing went well, `mixed`
 * where something did, and `none` where nothing happened.
 *
 * @param counts lists of a record
 * @param scale how they lie in time
 * @param together slots to a beat
 */
export function beatsOf(counts, { width, slots, last }, together) {
  return Array.from({ length: slots / together }, (_beat, index) => {
    const sum = (name) => counts[name].slice(index * together, (index + 1) * together).reduce((a, b) => a + b, 0);
    const [up, down, answered, failed] = ['up', 'down', 'answered', 'failed'].map(sum);
    const from = last - (slots - 1 - index * together) * width;
    return {
      from,
      to: from + together * width,
      up,
      down,
      answered,
      failed,
      kind: kindOf(up + answered, down + failed),
    };
  });
}

function kindOf(good, bad) {
  if (good + bad === 0) return 'none';
  if (bad === 0) return 'good';
  return good === 0 ? 'bad' : 'mixed';
}

/** Requests a minute, over the last minutes. */
export function rateOf(requests) {
  const rate = requests.slice(-RATE_OVER).reduce((sum, count) => sum + count, 0) / RATE_OVER;
  return rate >= 10 || Number.isInteger(rate) ? String(Math.round(rate)) : rate.toFixed(1);
}
