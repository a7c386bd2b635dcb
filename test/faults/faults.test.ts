import { PATIENCE } from '../support/patience.js';
import { needsTools } from '../support/tools.js';
import { playRow } from './harness.js';
import { MATRIX } from './matrix.js';
import { HEALTHY } from './rows/healthy.js';

describe('the fault matrix', function () {
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    // Code that runs for the first time leaves things behind that are no leaks, so this round is not judged.
    for (const fault of HEALTHY) await playRow(fault).catch(() => undefined);
  });

  for (const fault of MATRIX) {
    it(`${fault.group}: ${fault.name} → ${fault.reply}`, async function () {
      if (fault.needs !== undefined) needsTools(this, ...fault.needs);
      this.timeout(fault.limit ?? 2 * PATIENCE);
      await playRow(fault);
    });
  }
});
