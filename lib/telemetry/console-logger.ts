import { LRUCache } from 'lru-cache';
import type { Clock } from '../resilience/index.js';
import type { SpeechLogger } from '../speech/provider.js';

/** Milliseconds for which a line is not said again: a thing that goes wrong with each request goes wrong once an hour here. */
const SAID_FOR = 3_600_000;

/** Most lines that are remembered; there are a few dozen, times the providers. */
const MOST_LINES = 1_000;

/** Where the lines go. */
export type Console = Pick<typeof globalThis.console, 'warn' | 'error'>;

interface Said {
  readonly at: number;
  /** How often it would have been said since. */
  held: number;
}

/**
 * Makes the logger of an application that gave none: what is wrong, in one line of words for whoever looks at the console. The same of
 * the same thing is said once an hour at the most, whoever says it, so that nothing that goes wrong with each request fills the log.
 */
export function createConsoleLogger(console: Console, clock: Clock): SpeechLogger {
  const said = new LRUCache<string, Said>({ max: MOST_LINES });
  const say = (level: keyof Console) => (object: object, message?: string) => {
    const { key, line } = lineOf(object, message);
    const now = clock.now();
    const before = said.get(key);
    if (before !== undefined && now - before.at < SAID_FOR) {
      before.held += 1;
      return;
    }
    said.set(key, { at: now, held: 0 });
    const more = before === undefined || before.held === 0 ? '' : ` (and ${String(before.held)} more like it)`;
    console[level](`express-speech: ${line}${more}`);
  };
  const nothing = (): void => undefined;
  return { debug: nothing, info: nothing, warn: say('warn'), error: say('error') };
}

/** Keys of a line that are told by its words, or are another one with each request. */
const UNSAID: ReadonlySet<string> = new Set(['event', 'requestId', 'ms', 'since', 'path']);

/** Writes the line, and names what it is about: its words and what they are about, without the details, which may differ each time. */
function lineOf(object: object, message = ''): { readonly key: string; readonly line: string } {
  const fields = Object.entries(object).filter(
    ([name, value]) => !UNSAID.has(name) && ['string', 'number', 'boolean'].includes(typeof value),
  );
  const { event, provider, code, since } = object as Readonly<Record<string, unknown>>;
  const facts = fields.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
  const line = (facts === '' ? message : `${message} (${facts})`).replace(/\p{Cc}+/gu, ' ');
  return { key: JSON.stringify([message, event, provider, code, since]), line };
}
