// Installs the packed tarball as users would, in projects of every kind that there are, and has each of them speak. Prints mocha's kind of
// summary. `node test/consumers/run.js yarn` runs those alone whose title has the word in it.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONSUMERS } from './consumers.js';
import { run, Workbench } from './workbench.js';

/** They wait for the registry half of the time; more at once would only make a machine of two cores slow. */
const AT_ONCE = 2;

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'express-speech-consumers-'));
const packed = await run(root, 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]);
const [{ filename }] = JSON.parse(packed.stdout);
const workbench = new Workbench(scratch, join(scratch, filename));

const [, , word = ''] = process.argv;
const waiting = CONSUMERS.filter(({ title }) => title.includes(word));
let passed = 0;
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, work));
await workbench.remove();
console.log(`\n  ${passed} passing\n  ${failed} failing\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function work() {
  for (let consumer = waiting.shift(); consumer !== undefined; consumer = waiting.shift()) await check(consumer);
}

async function check({ title, play }) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
  try {
    await play(workbench, title);
    passed += 1;
    console.log(`  ✔ the packed package ${title} (${seconds()})`);
  } catch (error) {
    failed += 1;
    const said = [error.message, error.stdout, error.stderr].filter(Boolean).join('\n');
    console.log(`  ✘ the packed package ${title} (${seconds()})\n${said}`);
  }
}
