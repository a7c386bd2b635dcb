import { readFile } from 'node:fs/promises';
import { KNOWN_COMMANDS, type CommandOptions } from '../../engines/command/command.js';
import { reasonOf } from '../../engines/worker/load.js';
import type { EngineChoice } from '../../engines/worker/messages.js';
import { embeddedVoice, MissingFileError, ownFile } from '../../packages/own-files.js';
import { SpeechError } from '../../speech/error.js';
import type { LocalEngine } from './local-engine.js';
import { PoolShare } from './pool-share.js';
import { PROCESS_WIDE } from './process-wide.js';
import { SoundMemory } from './sound-memory.js';
import { startThread } from './start-thread.js';
import { WorkerPool } from './worker-pool.js';

/** Which engine speaks, and how much of it there is. */
export interface EngineOptions {
  readonly engine: 'embedded' | 'espeak-ng' | 'piper' | { readonly module: string };
  /** Another program, in place of `engine`. */
  readonly command?: CommandOptions;
  /** The one voice of a program. */
  readonly voice?: string;
  /** Worker threads, each of which speaks one request at a time and takes 80 to 100 MB. */
  readonly workers: number;
}

/** One provider's part in an engine. */
export interface EngineShare {
  readonly pool: PoolShare;
  readonly memory: SoundMemory;
}

/** Takes part in the engine that these options name, which is made where nobody in this process has it yet. */
export async function openEngine(options: EngineOptions): Promise<EngineShare> {
  const close = async (engine: Promise<LocalEngine>): Promise<void> => (await engine).close();
  const share = PROCESS_WIDE.engines.acquire(keyOf(options), () => createEngine(options), close);
  try {
    const { pool, memory } = await share.value;
    return { pool: new PoolShare(pool, () => share.release()), memory };
  } catch (error) {
    // There is nothing to close, and the next one who asks tries again.
    await share.release().catch(() => undefined);
    throw error;
  }
}

/** Workers are the same where they are started with the same. The voice is an argument of programs; else every job has its own. */
function keyOf({ engine, command, voice, workers }: EngineOptions): string {
  const hasVoice = command !== undefined || (typeof engine === 'string' && engine !== 'embedded');
  return JSON.stringify([engine, command, hasVoice ? voice : undefined, workers]);
}

async function createEngine(options: EngineOptions): Promise<LocalEngine> {
  requireWorkerFile();
  const { choice, release } = await chooseEngine(options);
  const pool = new WorkerPool(options.workers, () => startThread(choice, `speech ${choice.kind}`));
  return {
    pool,
    memory: new SoundMemory(),
    async close() {
      await pool.close();
      await release();
    },
  };
}

/** A bundle without it is told now, and not by each worker. */
function requireWorkerFile(): void {
  try {
    ownFile('worker.js');
  } catch (cause) {
    throw new SpeechError('engine_failed', reasonOf(cause), { cause });
  }
}

interface Chosen {
  readonly choice: EngineChoice;
  /** Gives back what the choice holds. */
  readonly release: () => Promise<void>;
}

async function chooseEngine({ engine, command, voice }: EngineOptions): Promise<Chosen> {
  const release = (): Promise<void> => Promise.resolve();
  if (command !== undefined) return { choice: { kind: 'command', command, voice }, release };
  if (typeof engine === 'object') return { choice: { kind: 'module', module: engine.module }, release };
  if (engine === 'embedded') return embedded();
  if (engine === 'piper' && voice === undefined) {
    throw new SpeechError('engine_failed', 'piper needs the option voice, the path of a voice’s .onnx file');
  }
  return { choice: { kind: 'command', command: KNOWN_COMMANDS[engine], voice }, release };
}

async function embedded(): Promise<Chosen> {
  const flite = PROCESS_WIDE.flite.acquire('flite', compileFlite, () => undefined);
  try {
    return { choice: { kind: 'embedded', flite: await flite.value }, release: () => flite.release() };
  } catch (error) {
    await flite.release();
    throw error;
  }
}

/** Compiles the embedded engine, once for all workers: it takes longer than a sentence. */
async function compileFlite(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(embeddedVoice()));
  } catch (cause) {
    const what = cause instanceof MissingFileError ? '' : 'the embedded engine could not be loaded: ';
    throw new SpeechError('engine_failed', `${what}${reasonOf(cause)}`, { cause });
  }
}
