import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { AAC_ADVICE } from '../engines/aac-peer.js';
import { KNOWN_COMMANDS, type CommandOptions } from '../engines/command.js';
import { localFormats } from '../engines/encoder.js';
import type { EngineChoice } from '../engines/messages.js';
import type { SpeakJob } from '../engines/speak-job.js';
import { embeddedVoice, MissingFileError, ownFile } from '../own-files.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechProvider, SpeechWarning } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { describeEngines } from './describe-engines.js';
import { EngineWorkers } from './engine-workers.js';
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
  /**
   * Starts a worker, loads its engine and has it say a word. Rejects with a `SpeechError` when that fails.
   *
   * @param limit milliseconds, 10,000 by default: a large model may take some seconds to load
   */
  warm(limit?: number): Promise<void>;
}

/** Milliseconds for which a spoken canary stands: enough to know the fallback before it is needed, at a thousandth of a core. */
const CANARY_STANDS = 60_000;

const WARM_LIMIT = 10_000;

interface LocalEngine {
  readonly pool: WorkerPool;
  close(): Promise<void>;
}

/** Makes a provider that speaks on this machine, in worker threads. */
export function createLocalProvider(options: LocalOptions): LocalProvider {
  let engine: Promise<LocalEngine> | undefined;
  let isClosed = false;
  // Nothing is loaded before somebody wants to hear something.
  const start = async (): Promise<WorkerPool> => {
    if (isClosed) throw new SpeechError('aborted', 'the provider is closed');
    engine ??= startPool(options).catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
    return (await engine).pool;
  };
  const canary = async (signal: AbortSignal): Promise<void> => {
    const job: SpeakJob = { input: 'Yes.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: options.voice };
    const { stream } = await openSpeech(await start(), job, signal);
    await finished(stream.resume());
  };
  let canaryStandsUntil = 0;
  const formats = localFormats();

  return {
    name: options.name,
    type: 'local',
    capabilities: { formats },

    async synthesize(request, { signal }) {
      // Nothing else can be missing.
      if (!formats.includes(request.format)) throw new SpeechError('unsupported', AAC_ADVICE);
      const audio = await openSpeech(await start(), jobOf(request, options), signal);
      const ignored: SpeechWarning[] = request.instructions === undefined ? [] : ['instructions-ignored'];
      return { ...audio, warnings: [...(audio.warnings ?? []), ...ignored] };
    },

    async check({ signal }) {
      if (options.healthSpeaks !== true && performance.now() < canaryStandsUntil) return;
      canaryStandsUntil = 0;
      await anySound(await start(), canary, signal);
      canaryStandsUntil = performance.now() + CANARY_STANDS;
    },

    voices: async ({ signal }) => (await describeEngines(await start(), signal)).voices,

    models: async ({ signal }) => (await describeEngines(await start(), signal)).models,

    async warm(limit = WARM_LIMIT) {
      await withLimit(limit, canary);
      canaryStandsUntil = performance.now() + CANARY_STANDS;
    },

    async close() {
      isClosed = true;
      const started = await engine?.catch(() => undefined);
      await started?.close();
    },
  };
}

/**
 * Resolves as soon as the engine makes sound, for the canary or for anybody else: behind the requests of a busy machine the canary
 * would only measure the queue.
 */
async function anySound(
  pool: WorkerPool,
  canary: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const enough = new AbortController();
  const stopListening = pool.onPiece(() => {
    enough.abort();
  });
  try {
    await canary(AbortSignal.any([signal, enough.signal]));
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    stopListening();
  }
}

async function withLimit(limit: number, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, limit);
  try {
    await task(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

function jobOf(request: SpeechRequest, { voice, voices }: LocalOptions): SpeakJob {
  const asked = request.voice;
  return {
    input: request.input,
    format: request.format,
    speed: request.speed,
    voice: asked !== undefined && Object.hasOwn(voices, asked) ? voices[asked] : asked,
    defaultVoice: voice,
    ...(request.part !== undefined && { part: request.part }),
  };
}

async function startPool(options: LocalOptions): Promise<LocalEngine> {
  const workers = await engineWorkers(options);
  const pool = new WorkerPool(options.workers, () => workers.start());
  return {
    pool,
    async close() {
      await pool.close();
      workers.close();
    },
  };
}

async function engineWorkers(options: LocalOptions): Promise<EngineWorkers> {
  try {
    // A bundle without it is told now, and not by each worker.
    ownFile('engines/worker.js');
    return new EngineWorkers(await engineChoice(options), `speech ${options.name}`);
  } catch (cause) {
    if (SpeechError.is(cause)) throw cause;
    const message = cause instanceof MissingFileError ? cause.message : 'the embedded engine could not be loaded';
    throw new SpeechError('engine_failed', message, { cause });
  }
}

async function engineChoice({ engine, command, voice }: LocalOptions): Promise<EngineChoice> {
  if (command !== undefined) return { kind: 'command', command, voice };
  if (typeof engine === 'object') return { kind: 'module', module: engine.module };
  if (engine === 'piper' && voice === undefined) {
    throw new SpeechError('engine_failed', 'piper needs the option voice, the path of a voice’s .onnx file');
  }
  if (engine !== 'embedded') return { kind: 'command', command: KNOWN_COMMANDS[engine], voice };
  // Compiled once and handed to every worker; compiling takes longer than a sentence.
  return { kind: 'embedded', flite: await WebAssembly.compile(await readFile(embeddedVoice())) };
}
