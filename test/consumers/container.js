// Runs what the Dockerfile says in a root of its own, as there is no Docker in the gate: its own RUN steps on the packed tarball, and then
// its entry point as its user, on a file system that nobody can write to, until its health check is content and it has spoken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from './workbench.js';

const DOCKERFILE = new URL('../../Dockerfile', import.meta.url);
const KEY = 'a-key-of-the-container';
const PORT = '18080';

/** What the base image has: the system, and a name server's address and the registry's for npm. */
const SYSTEM = ['usr', 'bin', 'sbin', 'lib', 'lib64', 'etc', 'dev', 'proc'];

/** Reads the stages of a Dockerfile: a list of instructions each, with their words. */
export function stagesOf(dockerfile) {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages = [];
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line);
    if (name === 'FROM') stages.push([]);
    else stages.at(-1).push({ name, rest });
  }
  return stages;
}

export const container = {
  title: 'runs as the Dockerfile says, on a root that nobody can write to',
  async play(workbench, title) {
    const [, install, image] = stagesOf(await readFile(DOCKERFILE, 'utf8'));
    const root = join(await workbench.folder(title), 'root');
    for (const name of [...SYSTEM, 'app', 'tmp']) await mkdir(join(root, name), { recursive: true });
    await copyFile(workbench.tarball, join(root, 'tmp', basename(workbench.tarball)));
    const env = {
      ...process.env,
      HOME: '/tmp',
      npm_config_registry: (await run(root, 'npm', ['config', 'get', 'registry'])).stdout.trim(),
    };
    const steps = install.filter(({ name }) => name === 'RUN').map(({ rest }) => rest);
    await run(root, ...inRoot(root, 'rw', ['sh', '-c', `cd /app && ${steps.join(' && ')}`]), { env });
    await speaks(root, image);
  },
};

/** Starts the image’s entry point, and asks it what an orchestrator and a client would. */
async function speaks(root, image) {
  const last = (name) => image.findLast((instruction) => instruction.name === name)?.rest ?? '';
  const user = last('USER');
  if (!/^[1-9]\d*$/.test(user)) throw new Error(`the image runs as the user "${user}"`);
  const entry = JSON.parse(last('ENTRYPOINT'));
  const command = JSON.parse(last('CMD'));
  const check = JSON.parse(/CMD (\[.*\])$/.exec(last('HEALTHCHECK'))[1]);
  const own = Object.fromEntries(
    last('ENV')
      .split(' ')
      .map((pair) => pair.split('=')),
  );
  const env = { PATH: process.env.PATH, ...own, PORT, API_KEYS: KEY };
  const drop = [
    'setpriv',
    `--reuid=${user}`,
    `--regid=${user}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ];

  const [program, words] = inRoot(root, 'ro', [...drop, ...entry, ...command]);
  const gateway = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(gateway, 'exit');
  try {
    const lines = createInterface(gateway.stdout);
    const listens = (async () => {
      for await (const line of lines) if (JSON.parse(line).event === 'listening') return true;
      return false;
    })();
    if (!(await listens)) throw new Error('it does not listen');
    gateway.stdout.resume();
    await run(root, ...inRoot(root, 'ro', [...drop, ...check]), { env });
    const response = await fetch(`http://127.0.0.1:${PORT}/v1/audio/speech`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ input: 'Hello from a container.' }),
    });
    const { byteLength } = await response.arrayBuffer();
    if (response.status !== 200 || byteLength < 5_000)
      throw new Error(`it said ${response.status}, ${byteLength} bytes`);
  } finally {
    gateway.kill('SIGTERM');
  }
  const [status] = await exited;
  if (status !== 0) throw new Error(`it stopped with ${status}`);
}

/** The command that runs another one in a root of its own. What is mounted for it goes with it. */
function inRoot(root, mode, command) {
  const script = [
    'set -e; root="$1"; shift',
    ...SYSTEM.map((name) => `mount --rbind "/${name}" "$root/${name}"`),
    // A mount of its own, so that it can be made one that nobody writes to.
    ...(mode === 'ro' ? ['mount --rbind "$root" "$root"', 'mount -o remount,ro,bind "$root"'] : []),
    'exec chroot "$root" "$@"',
  ].join('\n');
  return ['unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root, ...command]];
}
