import { once } from './once.js';
import type { SpeechReason } from './outcome.js';
import type { Output, OutputContext } from './output.js';
import { cutForVoice } from './voice-pieces.js';

/**
 * Milliseconds to wait for the list of voices, which browsers have only after a while: Chrome some hundred, measured from the page's
 * start, and a Firefox that has just been started on a busy Linux machine more than two thousand.
 */
const VOICES_LIMIT = 5_000;

export interface BrowserVoiceOptions {
  readonly synthesis: SpeechSynthesis | undefined;
  readonly lang: string;
  readonly speed: number;
}

/**
 * Has the browser's own voice read a text, a piece at a time. A pause ends the piece, which is begun again afterwards: the browser's own
 * `pause()` ends it for good on Android, and holds up every later speech of the page elsewhere.
 */
export function createBrowserVoice(
  text: string,
  { synthesis, lang, speed }: BrowserVoiceOptions,
  { signal, tell }: OutputContext,
): Output {
  const pieces = cutForVoice(text);
  let finish: (reason: SpeechReason | null) => void;
  const finished = new Promise<SpeechReason | null>((resolve) => {
    finish = resolve;
  });
  let isReady = false;
  let isWanted = false;
  // Also keeps it alive: Chrome drops the events of one that nobody holds.
  let current: SpeechSynthesisUtterance | undefined;

  /** Says the first piece that is left. */
  function next(isGoingOn: boolean): void {
    const [piece] = pieces;
    if (piece === undefined) {
      finish(null);
      return;
    }
    const utterance = new SpeechSynthesisUtterance(piece);
    current = utterance;
    utterance.lang = lang;
    utterance.rate = speed;
    utterance.onstart = () => {
      if (!isGoingOn) tell({ type: 'playing', by: 'browser' });
    };
    // A piece that was cancelled has events too, and they come late.
    utterance.onend = () => {
      if (current !== utterance) return;
      pieces.shift();
      next(true);
    };
    utterance.onerror = ({ error }) => {
      if (current !== utterance) return;
      current = undefined;
      if (error === 'not-allowed') tell({ type: 'blocked' });
      else finish(`voice.${error}`);
    };
    synthesis?.speak(utterance);
  }

  function silence(): boolean {
    const wasSpeaking = current !== undefined;
    current = undefined;
    // It would silence what others have to say, too.
    if (wasSpeaking) synthesis?.cancel();
    return wasSpeaking;
  }

  function resume(): void {
    isWanted = true;
    if (isReady && current === undefined) next(false);
  }

  signal.addEventListener('abort', silence);
  void hasVoices(synthesis, signal).then((hasSome) => {
    if (signal.aborted) return;
    isReady = hasSome;
    if (!hasSome) finish('no_voices');
    else if (isWanted) resume();
  });
  return {
    finished,
    pause() {
      isWanted = false;
      if (silence()) tell({ type: 'paused' });
    },
    resume,
  };
}

async function hasVoices(synthesis: SpeechSynthesis | undefined, signal: AbortSignal): Promise<boolean> {
  if (synthesis === undefined) return false;
  const tooLate = new Promise<true>((resolve) => {
    setTimeout(resolve, VOICES_LIMIT, true);
  });
  while (synthesis.getVoices().length === 0) {
    const isLate = await Promise.race([tooLate, once(synthesis, 'voiceschanged', signal)]);
    if (isLate === true) return false;
  }
  return true;
}
