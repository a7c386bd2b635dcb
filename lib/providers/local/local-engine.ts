import type { SoundMemory } from './sound-memory.js';
import type { WorkerPool } from './worker-pool.js';

/** The workers of an engine, and the memory for what they make. */
export interface LocalEngine {
  readonly pool: WorkerPool;
  readonly memory: SoundMemory;
  close(): Promise<void>;
}
