import { createBrowserVoice } from './browser-voice.js';
import type { SpeechProblem } from './outcome.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';
import { factsOf, readReply } from './read-reply.js';
import { request, DEFAULT_TIMEOUT } from './request.js';
import { createSound, emptyAudio } from './sound.js';
import type { SpeakOptions, SpeechPlayback } from './speak-options.js';

/** Seconds in which nothing is heard that anybody would notice. */
const HEARD = 0.25;

/** What stops the speeches under way. A page has one loudspeaker, so that they have to know of each other. */
const underWay = new Set<() => void>();

/**
 * Has a text spoken by the server, and by the browser's own voice where the server cannot.
 *
 * It stops what an earlier call has under way, unless asked to speak over it.
 *
 * @example
 * import { speak } from 'express-speech/client';
 *
 * const speech = speak('Good morning.', { on: ({ type }) => console.log(type) });
 * button.onclick = () => speech.stop();
 * const { spoken, reason } = await speech.finished;
 */
export function speak(text: string, options: SpeakOptions = {}): SpeechPlayback {
  const { audio = new Audio(), timeout = DEFAULT_TIMEOUT } = options;
  const progress = createProgress(options.on);
  const { outcome, finished, signal, tell, end } = progress;
  let output: Output | undefined;
  let isPaused = false;

  /** Lets an output be heard, and resolves with what it ended with. */
  function hear(next: Output): Output['finished'] {
    output = next;
    if (!isPaused) output.resume();
    return output.finished;
  }

  /** The voice that may have to read, if any. */
  function browserVoice(): SpeechSynthesis | undefined {
    const { speechSynthesis: choice = true } = options;
    return choice === true ? window.speechSynthesis : choice || undefined;
  }

  async function run(): Promise<void> {
    tell({ type: 'loading' });
    // A browser looks for its voices when it is asked for the first time, which takes some of them seconds.
    browserVoice()?.getVoices();
    let response: Response;
    try {
      response = await request(text, options, timeout, signal);
    } catch (error) {
      const { name, message } = error as Error;
      return readByBrowser(text, { code: name === 'TimeoutError' ? 'timeout' : 'network', message });
    }
    const facts = factsOf(response);
    Object.assign(outcome, facts);
    tell({ type: 'reply', headers: response.headers, ...facts });
    const reply = await readReply(response, text, timeout);
    if (signal.aborted) return;
    if (reply.kind === 'sound') return playSound(response);
    if (reply.kind === 'text') return readByBrowser(reply.text, reply.problem);
    outcome.error = reply.problem;
    end(reply.problem.code, false);
  }

  async function playSound(response: Response): Promise<void> {
    const failure = await hear(createSound(audio, response, timeout, progress));
    if (failure === null || failure === 'stopped') {
      end(failure, failure === null);
      return;
    }
    const message = failure === 'truncated' ? 'The connection broke off.' : 'The browser cannot play this sound.';
    const problem = { code: failure, message };
    // A sound device that fails lets nobody hear what the browser says that it plays.
    if (failure === 'unplayable' && audio.currentTime < HEARD) outcome.spoken = 'nothing';
    // What was heard is not said again, and nobody knows where in the text it broke off.
    if (outcome.spoken === 'nothing') return readByBrowser(text, problem);
    outcome.error = problem;
    end(failure, false);
  }

  async function readByBrowser(readable: string, problem: SpeechProblem): Promise<void> {
    if (signal.aborted) return;
    const { lang = document.documentElement.lang, speed = 1 } = options;
    Object.assign(outcome, { text: readable, error: problem });
    if (options.speechSynthesis === false) {
      end(problem.code, false);
      return;
    }
    tell({ type: 'fallback', reason: problem.code, text: readable });
    const voice = createBrowserVoice(readable, { synthesis: browserVoice(), lang, speed }, progress);
    const failure = await hear(voice);
    end(failure ?? problem.code, failure === null);
  }

  function stop(): void {
    end('stopped', false);
  }

  signal.addEventListener('abort', () => {
    underWay.delete(stop);
    output = undefined;
  });
  const others = options.overlap === true ? [] : [...underWay];
  underWay.add(stop);
  for (const stopOther of others) stopOther();
  options.signal?.addEventListener('abort', stop, { signal });
  if (options.signal?.aborted) stop();
  // A listener that hears of another's end may have begun a speech of its own, which then is the last one.
  if (!signal.aborted) {
    emptyAudio(audio);
    run().catch((error: unknown) => {
      outcome.error = { code: 'internal', message: String(error) };
      end('internal', false);
    });
  }
  return {
    finished,
    stop,
    audio,
    pause() {
      isPaused = true;
      output?.pause();
    },
    resume() {
      isPaused = false;
      output?.resume();
    },
  };
}
