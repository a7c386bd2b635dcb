import { spawn } from 'node:child_process';
import { SpeechError } from '../speech/error.js';
import { dominantScript } from '../speech/script.js';
import type { EngineSound, EngineVoice, SpeakOptions, SpeechEngine } from './engine.js';
import { VOICE_OF_SCRIPT } from './espeak.js';
import { readPcm, readWav } from './wav-reader.js';

/** A program that reads text from its standard input and writes sound to its standard output. */
export interface CommandOptions {
  readonly program: string;
  /** Arguments; `{voice}`, `{speed}` and `{rate}` (words a minute) are filled in. The text is never among them. */
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

const NORMAL_RATE = 175;
const DEFAULT_SAMPLE_RATE = 24_000;
/** Most bytes for one segment: five minutes of sound at 48 kHz. */
const MOST_BYTES = 30 * 1024 * 1024;
/** What Debian 12's espeak-ng cannot say under its own name. */
const SYSTEM_VOICES: Readonly<Record<string, string>> = { cmn: 'cmn-latn-pinyin' };

/** Makes an engine that runs a program for each segment. */
export function createCommandEngine(name: string, command: CommandOptions, voice: string | undefined): SpeechEngine {
  const isEspeak = command === KNOWN_COMMANDS['espeak-ng'] || name === 'espeak-ng';
  const voices: EngineVoice[] = isEspeak
    ? [...new Set(Object.values(VOICE_OF_SCRIPT))].map((id) => ({ id, name: id, language: id }))
    : [{ id: voice ?? 'default', name: voice ?? 'default', language: 'und' }];
  return {
    name,
    voices,
    voiceFor(text) {
      if (voice !== undefined) return voice;
      if (!isEspeak) return 'default';
      const script = dominantScript(text);
      return script === undefined ? VOICE_OF_SCRIPT.Latin : VOICE_OF_SCRIPT[script];
    },
    speak: (segment, options) => run(command, segment, options),
  };
}

async function run(command: CommandOptions, text: string, options: SpeakOptions): Promise<EngineSound> {
  const bytes = await outputOf(command, text, options);
  if (bytes.length === 0) throw new SpeechError('empty', 'the program wrote no sound');
  if (command.output === 'wav') return readWav(bytes);
  return { samples: readPcm(bytes), sampleRate: command.sampleRate ?? DEFAULT_SAMPLE_RATE };
}

function outputOf(command: CommandOptions, text: string, { voice, speed, signal }: SpeakOptions): Promise<Buffer> {
  const values: Readonly<Record<string, string>> = {
    voice: SYSTEM_VOICES[voice] ?? voice,
    speed: String(speed),
    length: String(1 / speed),
    rate: String(Math.round(NORMAL_RATE * speed)),
  };
  const args = command.args.map((arg) => arg.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole));
  return new Promise((resolve, reject) => {
    // What a program says on its standard error is nobody's to read, and a flood of it must not stop it either.
    const child = spawn(command.program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    // A synthesiser has nothing to tidy up, and this ends even one that has been stopped or ignores SIGTERM.
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    signal.addEventListener('abort', kill, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) kill();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', kill);
      reject(new SpeechError('engine_failed', `the program did not start: ${error.code ?? 'no code'}`));
    });
    child.once('close', (status, by) => {
      signal.removeEventListener('abort', kill);
      if (status === 0) resolve(Buffer.concat(chunks));
      else reject(failure(status, by, signal));
    });
    // A program that ends before it has read everything says why with its status.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${text}\n`);
    if (signal.aborted) kill();
  });
}

function failure(status: number | null, by: NodeJS.Signals | null, signal: AbortSignal): SpeechError {
  if (signal.aborted) return new SpeechError('aborted', 'the program was stopped');
  return new SpeechError('engine_failed', `the program ended with ${by ?? `status ${String(status)}`}`);
}
