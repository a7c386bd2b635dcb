import { finished } from 'node:stream/promises';
import { AAC_ADVICE } from '../../engines/encoders/aac-peer.js';
import { localFormats } from '../../engines/encoders/create-encoder.js';
import type { SpeakJob } from '../../engines/worker/speak-job.js';
import { CallTimeoutError, timeout } from '../../resilience/index.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechLogger, SpeechProvider, SpeechWarning } from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import { SILENT_LOGGER } from '../../speech/silent-logger.js';
import { describeEngines } from './describe-engines.js';
import { openEngine, type EngineShare } from './engine-workers.js';
import { LossLog } from './loss-log.js';
import type { LocalOptions } from './options.js';
import type { PoolShare } from './pool-share.js';
import { openSpeech } from './speech-stream.js';

export type { LocalOptions } from './options.js';

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

/** Makes a provider that speaks on this machine, in worker threads. */
export function createLocalProvider(options: LocalOptions, logger: SpeechLogger = SILENT_LOGGER): LocalProvider {
  let engine: Promise<EngineShare> | undefined;
  let isClosed = false;
  const losses = new LossLog(options.name, logger);
  const open = async (): Promise<EngineShare> => {
    try {
      const share = await openEngine(options);
      share.pool.onLoss((error) => {
        losses.lost(error);
      });
      share.pool.onPiece(() => {
        losses.spoke();
      });
      return share;
    } catch (thrown) {
      // Whoever wanted to hear something tells why there is nothing.
      engine = undefined;
      throw thrown;
    }
  };
  // Nothing is loaded before somebody wants to hear something.
  const start = async (): Promise<EngineShare> => {
    if (isClosed) throw new SpeechError('aborted', 'the provider is closed');
    return (engine ??= open());
  };
  const speak = async (job: SpeakJob, signal: AbortSignal): ReturnType<typeof openSpeech> => {
    const { pool, memory } = await start();
    return openSpeech(pool, job, signal, memory);
  };
  const canary = async (signal: AbortSignal): Promise<void> => {
    const job: SpeakJob = { input: 'Yes.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: options.voice };
    const { stream } = await speak(job, signal);
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
      const audio = await speak(jobOf(request, options), signal);
      const ignored: SpeechWarning[] = request.instructions === undefined ? [] : ['instructions-ignored'];
      return { ...audio, warnings: [...(audio.warnings ?? []), ...ignored] };
    },

    async check({ signal, mustSpeak = false }) {
      if (!mustSpeak && options.healthSpeaks !== true && performance.now() < canaryStandsUntil) return 'well';
      canaryStandsUntil = 0;
      await anySound((await start()).pool, canary, signal);
      canaryStandsUntil = performance.now() + CANARY_STANDS;
      return 'spoke';
    },

    voices: async ({ signal }) => (await describeEngines((await start()).pool, signal)).voices,

    models: async ({ signal }) => (await describeEngines((await start()).pool, signal)).models,

    async warm(limit = WARM_LIMIT) {
      await inTime(limit, canary);
      canaryStandsUntil = performance.now() + CANARY_STANDS;
    },

    async close() {
      isClosed = true;
      const started = await engine?.catch(() => undefined);
      await started?.pool.close();
    },
  };
}

/**
 * Resolves as soon as the engine makes sound, for the canary or for anybody else: behind the requests of a busy machine the canary
 * would only measure the queue.
 */
async function anySound(
  pool: PoolShare,
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

/** Gives a task up after a while, with an error of ours. */
async function inTime(limit: number, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await timeout(limit).execute(({ signal }) => task(signal));
  } catch (error) {
    if (!(error instanceof CallTimeoutError)) throw error;
    throw new SpeechError('timeout.total', 'the engine did not become warm in time', { cause: error });
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
