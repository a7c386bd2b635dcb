import { setImmediate, setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { LoadGate } from '../../../lib/engines/worker/load-gate.js';
import { eventually } from '../../faults/eventually.js';

describe('LoadGate', () => {
  it('condemns nobody who loads, until the last load is over', () => {
    const gate = new LoadGate();
    gate.enter();
    gate.enter();
    expect([gate.isLoading, gate.condemn()]).to.deep.equal([true, false]);
    gate.leave();
    expect([gate.isLoading, gate.condemn()]).to.deep.equal([true, false]);
    gate.leave();
    expect([gate.isLoading, gate.condemn(), gate.condemn(), gate.isLoading]).to.deep.equal([false, true, true, false]);
  });

  it('is one for whoever has its memory', () => {
    const gate = new LoadGate();
    const other = new LoadGate(gate.memory);
    other.enter();
    expect(gate.isLoading).to.equal(true);
  });

  it('never condemns a thread within a load, and lets a condemned one begin none', async function () {
    this.timeout(30_000);
    for (let round = 0; round < 2; round += 1) {
      const gate = new LoadGate();
      const seen = new Int32Array(new SharedArrayBuffer(8));
      const worker = new Worker(new URL('../../support/gate-thread.ts', import.meta.url), {
        workerData: { memory: gate.memory, seen },
      });
      await eventually(() => {
        expect(Atomics.load(seen, 1)).to.be.greaterThan(100);
      }, 10_000);
      while (!gate.condemn()) await setImmediate();
      const loads = Atomics.load(seen, 1);
      expect(Atomics.load(seen, 0)).to.equal(0);
      await setTimeout(5);
      expect(Atomics.load(seen, 1)).to.equal(loads);
      await worker.terminate();
    }
  });
});
