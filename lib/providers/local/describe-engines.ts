import type { SpeechModel, SpeechVoice } from '../../speech/provider.js';
import { awaitJob } from './pool-job.js';
import type { JobPool } from './worker-pool.js';

export interface EngineDescription {
  readonly voices: readonly SpeechVoice[];
  readonly models: readonly SpeechModel[];
}

/** Asks a worker what its engines are and what voices they have. */
export function describeEngines(pool: JobPool, signal: AbortSignal): Promise<EngineDescription> {
  return awaitJob<EngineDescription>(pool, { type: 'voices' }, signal, (answer) => ({
    message(message) {
      if (message.type !== 'voices') return;
      const voices = message.voices.map(({ id, name }) => ({ id, name }));
      answer({ voices, models: message.engines.map((id) => ({ id })) });
    },
    ended: () => undefined,
  }));
}
