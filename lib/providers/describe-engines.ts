import { SpeechError } from '../speech/error.js';
import type { SpeechModel, SpeechVoice } from '../speech/provider.js';
import type { WorkerPool } from './worker-pool.js';

export interface EngineDescription {
  readonly voices: readonly SpeechVoice[];
  readonly models: readonly SpeechModel[];
}

/** Asks a worker what its engines are and what voices they have. */
export async function describeEngines(pool: WorkerPool, signal: AbortSignal): Promise<EngineDescription> {
  if (signal.aborted) throw new SpeechError('aborted', 'the caller has left');
  let cancel = (): void => undefined;
  const description = new Promise<EngineDescription>((resolve, reject) => {
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
    cancel = () => {
      job.cancel();
    };
  });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await description;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
