import { Shared } from '../../collections/shared.js';
import type { LocalEngine } from './local-engine.js';
import { RunningPrograms } from './running-programs.js';
import type { WorkerPool } from './worker-pool.js';

/**
 * What the routers of a process have in common, as one of each is enough: an application may have a router for each tenant, and a
 * worker takes 80 MB. Each thing counts its owners and goes with the last of them.
 *
 * This is the one place in this package where a module has a state. Whatever a router decides by, and whatever it is asked, is its own.
 */
export const PROCESS_WIDE = {
  /** Workers, by what they are started with. */
  engines: new Shared<Promise<LocalEngine>>(),
  /** The worker that converts. */
  converters: new Shared<WorkerPool>(),
  /** The embedded engine, compiled. */
  flite: new Shared<Promise<WebAssembly.Module>>(),
  programs: new RunningPrograms(),
};
