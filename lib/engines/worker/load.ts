import { SpeechError, type SpeechErrorCode } from '../../speech/error.js';
import type { LoadGate } from './load-gate.js';

/**
 * Loads something late: the only way in which `engines/` may import while they are at work (lint sees to it), so that no thread is
 * ended in the middle. Rejects with a `SpeechError` that says what could not be loaded and why.
 *
 * @param code of that error, `engine_failed` where nothing is said
 */
export type Load = <Value>(what: string, task: () => Promise<Value>, code?: SpeechErrorCode) => Promise<Value>;

/** Most letters of what an error says: the first line of most, and not a whole stack. */
const MOST_REASON = 300;

/** Makes what loads in a thread. Without a gate nobody can end it, as in a thread that is the application's own. */
export function createLoad(gate?: LoadGate): Load {
  return async (what, task, code = 'engine_failed') => {
    gate?.enter();
    try {
      return await task();
    } catch (cause) {
      if (SpeechError.is(cause)) throw cause;
      throw new SpeechError(code, `${what} could not be loaded: ${reasonOf(cause)}`, { cause });
    } finally {
      gate?.leave();
    }
  };
}

/**
 * Says in a line what an error is about, in its own words: codes of Node's are kept by the cause. Only of one that cannot know any text to
 * be spoken.
 */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error).slice(0, MOST_REASON);
  const { name, message } = error as { name?: unknown; message?: unknown };
  const said = typeof message === 'string' && message !== '' ? message : typeof name === 'string' ? name : 'no reason';
  const [line = ''] = said.split('\n');
  return line.slice(0, MOST_REASON);
}
