import { createHook } from 'node:async_hooks';
import type { LoadGate } from './load-gate.js';

/** Milliseconds between two looks at what is under way. */
const PAUSE = 2;

/** What Node calls files that are being opened, read or closed, among the resources of a thread. */
const FILE_RESOURCES = /^(FSReq|CloseReq)/;
/** The same, as hooks are told of it. */
const FILE_REQUESTS = /^(FSREQ|FILEHANDLECLOSEREQ)/;

/**
 * Ends this thread at a moment when no file is being opened or closed: such a file would stay open for good. Nothing else runs between
 * the look and the end, so this holds for whatever is loaded, and whoever loads it. What is imported through the gate is waited for as
 * well, as loaders such as Yarn's open their files in a thread of their own, which ends with this one.
 */
export function leave(gate: LoadGate): void {
  const hasFiles = process.getActiveResourcesInfo().some((kind) => FILE_RESOURCES.test(kind));
  if (hasFiles || gate.isLoading) setTimeout(leave, PAUSE, gate);
  else process.exit();
}

/**
 * Counts each file that is being opened, read or closed as a load: an engine of the user's own may import, and then compute for so long
 * that it does not hear when it is to leave. For such engines alone, as all promises of the thread become a little slower.
 */
export function watchFiles(gate: LoadGate): void {
  const requests = new Set<number>();
  const end = (id: number): void => {
    if (requests.delete(id)) gate.leave();
  };
  createHook({
    init(id, type) {
      if (!FILE_REQUESTS.test(type)) return;
      requests.add(id);
      gate.enter();
    },
    after: end,
    destroy: end,
  }).enable();
}
