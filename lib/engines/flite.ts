import { SpeechError } from '../speech/error.js';
import { isAllOf } from '../speech/script.js';
import type { EngineSound, SpeechEngine } from './engine.js';
import { toEnglishText } from './english-text.js';
import { runWasiCommand } from './wasi-command.js';
import { readWav } from './wav-reader.js';

const VOICE = 'slt';
/** Most bytes of sound for one segment: five minutes, where 300 characters at a quarter of the pace take 72 s. */
const MOST_BYTES = 10 * 1024 * 1024;
/** Loudness (root mean square) below which there is no speech: speech has 0.03 to 0.27, flite's silence 0. */
const SILENCE = 0.003;
/** Seconds of rest for a segment in which there is nothing to say, such as a row of asterisks. */
const REST = 0.2;
const REST_RATE = 16_000;

/** Makes the embedded English engine from flite's compiled module. The same text always gives the same sound. */
export function createFliteEngine(module: WebAssembly.Module): SpeechEngine {
  return {
    name: 'flite',
    voices: [{ id: VOICE, name: 'SLT (English)', language: 'en-US' }],

    // flite succeeds with silence on other scripts and drops their words from mixed text, so they must not reach it.
    voiceFor: (text) => (isAllOf(text, 'Latin') && hasWords(toEnglishText(text)) ? VOICE : undefined),

    speak(segment, { speed }) {
      const text = toEnglishText(segment);
      if (!hasWords(text)) return { samples: new Float32Array(REST * REST_RATE), sampleRate: REST_RATE };
      const args = [
        'flite',
        '-voice',
        VOICE,
        '--setf',
        `duration_stretch=${String(1 / speed)}`,
        '-t',
        text,
        '-o',
        'speech.wav',
      ];
      const sound = readWav(runWasiCommand(module, { args, output: 'speech.wav', mostBytes: MOST_BYTES }));
      if (loudness(sound) < SILENCE) throw new SpeechError('engine_failed', 'the engine gave silence for words');
      return sound;
    },
  };
}

function hasWords(text: string): boolean {
  return /[a-z0-9]/i.test(text);
}

function loudness({ samples }: EngineSound): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
