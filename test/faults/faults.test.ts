import { needsTools } from '../support/tools.js';
import { playRow } from './harness.js';
import { MATRIX } from './matrix.js';
import { HEALTHY } from './rows/healthy.js';

describe('the fault matrix', function () {
  // Processes, networks and limits of 150 ms are real here. Where the whole machine pauses, a row is played once more, and says so:
  // a fault of ours fails it again.
  this.retries(1);

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    // Code that runs for the first time leaves things behind that are no leaks, so this round is not judged.
    for (const fault of HEALTHY) await playRow(fault).catch(() => undefined);
  });

  for (const fault of MATRIX) {
    it(`${fault.group}: ${fault.name} → ${fault.reply}`, async function () {
      const retry = this.test as { currentRetry?: () => number } | undefined;
      if ((retry?.currentRetry?.() ?? 0) > 0) console.log(`    played once more: ${fault.name}`);
      if (fault.needs !== undefined) needsTools(this, ...fault.needs);
      this.timeout(fault.limit ?? 10_000);
      await playRow(fault);
    });
  }
});
