import { basename } from 'node:path';
import { SpeechError } from '../../speech/error.js';
import type { EngineSound, EngineVoice, SpeakOptions, SpeechEngine } from '../engine.js';
import { ESPEAK_VOICES, espeakVoiceFor } from '../espeak/voices.js';
import { espeakPace } from '../espeak-pace.js';
import { stretch } from '../signal/time-stretch.js';
import { readPcm, readWav } from '../signal/wav-reader.js';
import { runProgram } from './program.js';

/** A program that reads text from its standard input and writes sound to its standard output. */
export interface CommandOptions {
  readonly program: string;
  /** Arguments; `{voice}`, `{speed}`, `{length}` (1 / speed) and `{rate}` (words a minute, 80 at the least) are filled in. The text is never among them. */
  readonly args: readonly string[];
  /** `wav` with any header, or bare 16-bit little-endian mono `pcm`. */
  readonly output: 'wav' | 'pcm';
  /** Hertz, for `pcm`. */
  readonly sampleRate?: number;
}

/** The programs that are known by name. */
export const KNOWN_COMMANDS: Readonly<Record<'espeak-ng' | 'piper', CommandOptions>> = {
  'espeak-ng': { program: 'espeak-ng', args: ['-v', '{voice}', '-s', '{rate}', '--stdin', '--stdout'], output: 'wav' },
  // Most of piper's voices have this rate; those that have another need `command` with their own.
  piper: {
    program: 'piper',
    args: ['--model', '{voice}', '--length_scale', '{length}', '--output_raw', '--quiet'],
    output: 'pcm',
    sampleRate: 22_050,
  },
};

const DEFAULT_SAMPLE_RATE = 24_000;
/** Most bytes for one segment: five minutes of sound at 48 kHz. */
const MOST_BYTES = 30 * 1024 * 1024;
/** What Debian 12's espeak-ng cannot say under its own name. */
const SYSTEM_VOICES: Readonly<Record<string, string>> = { cmn: 'cmn-latn-pinyin' };

export interface CommandChoice {
  readonly command: CommandOptions;
  /** The one voice, where the program shall not choose by the text. */
  readonly voice: string | undefined;
  /** Holds the process id while the program runs, and 0 else. */
  readonly running?: Int32Array;
}

/** Makes an engine that runs a program for each segment. */
export function createCommandEngine({ command, voice, running = new Int32Array(1) }: CommandChoice): SpeechEngine {
  const choosesVoice = voice === undefined && isEspeak(command);
  const ids = choosesVoice ? ESPEAK_VOICES : [voice ?? 'default'];
  const voices: EngineVoice[] = ids.map((id) => ({ id, name: id, language: isEspeak(command) ? id : 'und' }));
  return {
    name: basename(command.program),
    voices,
    voiceFor: (text) => (choosesVoice ? espeakVoiceFor(text) : (voice ?? 'default')),
    speak: (segment, options) => run(command, segment, options, running),
  };
}

/** Says whether a program takes espeak's voices. */
function isEspeak({ program, args }: CommandOptions): boolean {
  return /^espeak(-ng)?(\.exe)?$/i.test(basename(program)) && args.some((arg) => arg.includes('{voice}'));
}

async function run(
  command: CommandOptions,
  text: string,
  { voice, speed, signal }: SpeakOptions,
  running: Int32Array,
): Promise<EngineSound> {
  const { rate, factor } = espeakPace(speed);
  const values: Readonly<Record<string, string>> = {
    voice: isEspeak(command) ? (SYSTEM_VOICES[voice] ?? voice) : voice,
    speed: String(speed),
    length: String(1 / speed),
    rate: String(rate),
  };
  const args = command.args.map((arg) => arg.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole));
  const { program } = command;
  const bytes = await runProgram({ program, args, input: `${text}\n`, mostBytes: MOST_BYTES, signal, running });
  if (bytes.length === 0) throw new SpeechError('empty', 'the program wrote no sound');
  const sound = command.output === 'wav' ? readWav(bytes) : pcmSound(bytes, command);
  // A rate is asked for in espeak's words a minute alone.
  if (!command.args.some((arg) => arg.includes('{rate}'))) return sound;
  return { ...sound, samples: stretch(sound.samples, factor, sound.sampleRate) };
}

function pcmSound(bytes: Uint8Array, { sampleRate = DEFAULT_SAMPLE_RATE }: CommandOptions): EngineSound {
  return { samples: readPcm(bytes), sampleRate };
}
