import { pathToFileURL } from 'node:url';
import { findModule } from '../../packages/own-files.js';
import { SpeechError } from '../../speech/error.js';
import type { EngineVoice, SpeechEngine } from '../engine.js';
import { espeakPace } from '../espeak-pace.js';
import { stretch } from '../signal/time-stretch.js';
import type { Load } from '../worker/load.js';
import { espeakVoiceFor } from './voices.js';

const PACKAGE = '@echogarden/espeak-ng-emscripten';
/** Words a minute beyond which espeak does not become faster by itself. */
const MOST_RATE = 450;
/** Most seconds of sound for one segment, before it is made slower than espeak can speak: more is none that was cut by its length. */
const MOST_SECONDS = 300;

/** What is used of the package, which has no types of its own. */
interface EspeakWorker {
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  get_samplerate(): number;
  list_voices(): unknown;
  synthesize(text: string, onChunk: (samples: Int16Array | null) => boolean): void;
}

type CreateEspeak = () => Promise<{ readonly eSpeakNGWorker: new () => EspeakWorker }>;

/** Makes an engine of the optional peer, or returns undefined where it is not installed. */
export async function createEspeakEngine(load: Load): Promise<SpeechEngine | undefined> {
  const path = findModule(PACKAGE);
  if (path === undefined) return undefined;
  const espeak = await load(PACKAGE, async () => {
    const { default: create } = (await import(pathToFileURL(path).href)) as { readonly default: CreateEspeak };
    return new (await create()).eSpeakNGWorker();
  });
  const voices = readVoices(espeak.list_voices());
  const languages = new Set(voices.map(({ id }) => id));
  return {
    name: 'espeak-ng',
    voices,

    voiceFor(text) {
      const voice = espeakVoiceFor(text);
      return voice !== undefined && languages.has(voice) ? voice : undefined;
    },

    speak(segment, { voice, speed, signal }) {
      if (espeak.set_voice(voice) !== 0) throw new Error(`espeak has no voice ${voice}`);
      const { rate, factor } = espeakPace(speed, MOST_RATE);
      espeak.set_rate(rate);
      const sampleRate = espeak.get_samplerate();
      const chunks: Int16Array[] = [];
      let length = 0;
      espeak.synthesize(escapeMarkup(segment), (samples) => {
        if (samples !== null) chunks.push(samples.slice());
        length += samples?.length ?? 0;
        return signal.aborted || length > MOST_SECONDS * sampleRate;
      });
      // It stopped there, and what was left unsaid must not be taken for said.
      if (length > MOST_SECONDS * sampleRate) throw new SpeechError('too_large', 'a segment is too long');
      return { samples: stretch(joinSamples(chunks, length), factor, sampleRate), sampleRate };
    },
  };
}

function readVoices(list: unknown): EngineVoice[] {
  if (!Array.isArray(list)) throw new TypeError('espeak lists no voices');
  return list.flatMap((voice: unknown) => {
    if (!isListedVoice(voice)) return [];
    const language = voice.languages[0]?.name;
    return typeof language === 'string' ? [{ id: language, name: voice.name, language }] : [];
  });
}

interface ListedVoice {
  readonly name: string;
  readonly languages: readonly { readonly name?: unknown }[];
}

// By hand: a library for it would be loaded anew by every worker.
function isListedVoice(value: unknown): value is ListedVoice {
  if (typeof value !== 'object' || value === null || !('name' in value && 'languages' in value)) return false;
  return typeof value.name === 'string' && Array.isArray(value.languages);
}

/** Hides what espeak would take for SSML. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function joinSamples(chunks: readonly Int16Array[], length: number): Float32Array {
  const samples = new Float32Array(length);
  let at = 0;
  for (const chunk of chunks) {
    for (const sample of chunk) {
      samples[at] = sample / 32_768;
      at += 1;
    }
  }
  return samples;
}
