import { LOG_LEVELS } from '../config/gateway-options.js';
import type { SpeechLogger } from '../speech/provider.js';

type Level = (typeof LOG_LEVELS)[number];

/** What happens with each request, or stands beside what the line of an outage says: told at `debug`, where it is no fault of ours. */
const DETAILS: ReadonlySet<unknown> = new Set([
  ...['attempt', 'fallback', 'request'],
  ...['health', 'circuit', 'status', 'alert'],
]);

export interface JsonLoggerOptions {
  /** The least urgent level that is written. */
  readonly level: Level;
  /** Writes one line. */
  readonly write: (line: string) => void;
  /** Unix time. */
  readonly now: () => number;
}

/** Makes a logger that writes a JSON object a line: `time`, `level`, `message`, and what the line is about. */
export function createJsonLogger({ level: least, write, now }: JsonLoggerOptions): SpeechLogger {
  const logAt = (given: Level) => (object: object, message?: string) => {
    const isDetail = given !== 'error' && 'event' in object && DETAILS.has(object.event);
    const level = isDetail ? 'debug' : given;
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...object })}\n`);
  };
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}
