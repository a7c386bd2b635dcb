import { SpeechOptionsError } from '../options/options-error.js';

/**
 * Reads the text of a configuration file.
 *
 * @throws {SpeechOptionsError} that says where the text stops to be JSON, and quotes nothing of it
 */
export function parseConfigurationText(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(text.replace(/^\uFEFF/, ''));
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw new SpeechOptionsError([{ path: '', message: 'the file must have an object with named options' }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says itself may quote a key.
    const before = text.slice(0, beginningOfJson(text)).split('\n');
    const place = `line ${String(before.length)}, column ${String((before.at(-1)?.length ?? 0) + 1)}`;
    throw new SpeechOptionsError([{ path: '', message: `the file is not JSON: see ${place}` }]);
  }
}

/** Finds how much of a text can begin a JSON text, as not every version of V8 says where it stopped. */
function beginningOfJson(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canBegin(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function canBegin(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.includes('end of JSON') : Number(position) >= text.length;
  }
}
