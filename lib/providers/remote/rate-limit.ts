import type { IncomingHttpHeaders } from 'node:http';
import type { CallAllowance } from '../../speech/provider.js';

/** Milliseconds for which what a server said without a time is taken to stand. */
const USUAL_RESET = 60_000;
/** Numbers from here on are no seconds to wait, but the moment itself in Unix time. */
const UNIX_SECONDS = 1_000_000_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads how many more calls a server takes: OpenAI's `x-ratelimit-*-requests`, the IETF draft's `RateLimit` with its older forms, and
 * the `X-RateLimit-*` of many others. What counts something else, such as tokens, is left out of account.
 *
 * @param now Unix time in milliseconds
 */
export function allowanceIn(headers: IncomingHttpHeaders, now: number): CallAllowance | undefined {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return (
    ofBucket(text('x-ratelimit-remaining-requests'), {
      limit: text('x-ratelimit-limit-requests'),
      reset: text('x-ratelimit-reset-requests'),
      now,
    }) ??
    ofFields(text('ratelimit'), now) ??
    ofWindow(text('ratelimit-remaining'), text('ratelimit-reset'), now) ??
    ofWindow(text('x-ratelimit-remaining'), text('x-ratelimit-reset'), now) ??
    ofWindow(text('x-rate-limit-remaining'), text('x-rate-limit-reset'), now)
  );
}

/** OpenAI's, which fills up again call by call; the time is until it is full. Azure does not tell it. */
function ofBucket(
  remaining: string | undefined,
  {
    limit,
    reset,
    now,
  }: { readonly limit: string | undefined; readonly reset: string | undefined; readonly now: number },
): CallAllowance | undefined {
  const calls = wholeNumber(remaining);
  if (calls === undefined) return undefined;
  const full = durationIn(reset, now);
  const missing = (wholeNumber(limit) ?? 0) - calls;
  const nextIn = full === undefined ? undefined : missing > 0 ? full / missing : full;
  return { calls, nextIn, resetsIn: full ?? USUAL_RESET };
}

/** `"default";r=50;t=30`, of which there may be several, or `limit=100, remaining=50, reset=30`: the one that is nearest to its end. */
function ofFields(value: string | undefined, now: number): CallAllowance | undefined {
  if (value === undefined) return undefined;
  const isOlder = /\bremaining\s*=/i.test(value);
  const items = isOlder ? [value] : value.split(',');
  const allowances = items.flatMap((item) => {
    const field = (name: string): string | undefined =>
      new RegExp(`\\b${name}\\s*=\\s*"?([\\w.]+)`, 'i').exec(item)?.[1];
    return ofWindow(field(isOlder ? 'remaining' : 'r'), field(isOlder ? 'reset' : 't'), now) ?? [];
  });
  return allowances.sort((one, other) => one.calls - other.calls)[0];
}

/** What is counted in a window of time, at whose end all of it is there again. */
function ofWindow(remaining: string | undefined, reset: string | undefined, now: number): CallAllowance | undefined {
  const calls = wholeNumber(remaining);
  if (calls === undefined) return undefined;
  const resetsIn = durationIn(reset, now);
  return { calls, nextIn: resetsIn, resetsIn: resetsIn ?? USUAL_RESET };
}

/** Reads `1s`, `6m0s`, `120ms`, a number of seconds, or a moment in Unix time or ISO 8601. */
export function durationIn(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number < UNIX_SECONDS) return 1_000 * number;
    // Some count in milliseconds.
    return Math.max(0, (number < 1_000 * UNIX_SECONDS ? 1_000 * number : number) - now);
  }
  if (/^(\d{1,12}(\.\d{1,12})?(ms|[smhd])){1,5}$/.test(text)) {
    return [...text.matchAll(/(\d{1,12}(?:\.\d{1,12})?)(ms|[smhd])/g)].reduce(
      (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0),
      0,
    );
  }
  const moment = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now);
}

function wholeNumber(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
