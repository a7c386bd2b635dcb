// Loads as often as it can, and says whether it is within a load, and how many there were.
import { workerData } from 'node:worker_threads';
import { LoadGate } from '../../lib/engines/worker/load-gate.js';

const { memory, seen } = workerData as { memory: Int32Array<SharedArrayBuffer>; seen: Int32Array };
const gate = new LoadGate(memory);
for (;;) {
  gate.enter();
  Atomics.store(seen, 0, 1);
  for (let step = 0; step < 500; step += 1) Atomics.load(seen, 1);
  Atomics.store(seen, 0, 0);
  Atomics.add(seen, 1, 1);
  gate.leave();
  for (let step = 0; step < 500; step += 1) Atomics.load(seen, 1);
}
