// Runs a command with another version of Node, from the registry, in front of the one that is installed:
// `node scripts/with-node.js 24 npm test`. It is kept beside the other caches.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , version, command, ...args] = process.argv;
if (!/^\d+(?:\.\d+){0,2}$/.test(version ?? '') || command === undefined) {
  console.error('node scripts/with-node.js VERSION COMMAND [ARGUMENTS]');
  process.exit(2);
}

// What the package `node` would install: the binary alone, for this system.
const name = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
const home = fileURLToPath(new URL(`../node_modules/.cache/node/${version}/`, import.meta.url));
const binary = join(home, 'node_modules', name, 'bin', 'node');
if (!existsSync(binary)) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  execFileSync('npm', ['install', ...flags, `${name}@${version}`], { cwd: home, stdio: 'inherit' });
}
const PATH = `${dirname(binary)}${delimiter}${process.env.PATH}`;
const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PATH } });
process.exit(signal === null ? status : 1);
