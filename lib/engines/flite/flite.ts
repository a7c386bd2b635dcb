import { isPronounceable } from '../../text/pronounceable.js';
import type { SpeechEngine } from '../engine.js';
import { readWav } from '../signal/wav-reader.js';
import { isReadableAsEnglish, toEnglishText } from './english-text.js';
import { runWasiCommand } from './wasi-command.js';

const VOICE = 'slt';
/** Most bytes of sound for one segment: 5.4 minutes, where the longest that is asked for takes one and a half. */
const MOST_BYTES = 10 * 1024 * 1024;
/** Seconds of rest for a segment in which there is nothing to say, such as a row of asterisks. */
const REST = 0.2;
const REST_RATE = 16_000;

/** Makes the embedded English engine from flite's compiled module. The same text always gives the same sound. */
export function createFliteEngine(module: WebAssembly.Module): SpeechEngine {
  return {
    name: 'flite',
    voices: [{ id: VOICE, name: 'SLT (English)', language: 'en-US' }],

    // flite succeeds with silence on other scripts and drops their words from mixed text, so they must not reach it.
    voiceFor: (text) => (isReadableAsEnglish(text) ? VOICE : undefined),

    write: toEnglishText,

    speak(segment, { speed }) {
      if (!isPronounceable(segment)) return { samples: new Float32Array(REST * REST_RATE), sampleRate: REST_RATE };
      const args = [
        'flite',
        '-voice',
        VOICE,
        '--setf',
        `duration_stretch=${String(1 / speed)}`,
        '-t',
        segment,
        '-o',
        'speech.wav',
      ];
      return readWav(runWasiCommand(module, { args, output: 'speech.wav', mostBytes: MOST_BYTES }));
    },
  };
}
