// Runs all benchmarks, one after the other, with the arguments that it is given.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const name of ['local.js', 'text.js', 'hold.js', 'long.js', 'fallback.js', 'burst.js', 'proxy.js']) {
  const args = ['--expose-gc', fileURLToPath(new URL(name, import.meta.url)), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
