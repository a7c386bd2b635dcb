import { STATUS_CODES } from 'node:http';
import { isKnownCode } from '../../speech/error.js';

// Each new value of a label is a new time series, which Prometheus keeps for good: a stranger must not be able to make one.

/** The code of an attempt as a label: `ok` for an answer, `other` for what is on no list. */
export function codeLabel(code: string | null): string {
  if (code === null) return 'ok';
  if (!isKnownCode(code)) return 'other';
  const status = /^status\.(\d+)$/.exec(code)?.[1];
  // A server may answer with any of a thousand numbers; the sixty that mean something are told apart.
  return status === undefined || status in STATUS_CODES ? code : 'status.other';
}

/** A provider as a label: `none` where none answered, `other` for one that is not in the configuration any more. */
export function providerLabel(name: string | null, known: ReadonlySet<string>): string {
  if (name === null) return 'none';
  return known.has(name) ? name : 'other';
}
