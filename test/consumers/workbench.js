// What the consumers share: folders, package managers and a queue of two.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Package managers are taken from the registry, each of one major version, into a folder of their own. */
export const MANAGERS = { pnpm: 'pnpm@10', yarn: '@yarnpkg/cli-dist@4' };

/** Milliseconds for anything that a consumer runs: a registry may be slow, and a machine busy. */
const LIMIT = 300_000;

export class Workbench {
  #scratch;
  #tarball;

  constructor(scratch, tarball) {
    this.#scratch = scratch;
    this.#tarball = tarball;
  }

  /** The packed package. */
  get tarball() {
    return this.#tarball;
  }

  /** Makes an empty folder for one consumer. */
  async folder(name) {
    const path = join(this.#scratch, name.replaceAll(/\W+/g, '-'));
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Makes the folder of one consumer from one in this folder. */
  async project(name, template, manifest = {}) {
    const cwd = join(this.#scratch, name.replaceAll(/\W+/g, '-'));
    await cp(join(HERE, template), cwd, { recursive: true });
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, ...manifest }));
    return cwd;
  }

  /** Installs the packed package and others with npm, running no scripts of theirs. */
  npm(cwd, ...packages) {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    return run(cwd, 'npm', ['install', ...flags, this.#tarball, ...packages]);
  }

  async pnpm(cwd, ...packages) {
    const pnpm = await this.#manager('pnpm', 'pnpm/bin/pnpm.cjs');
    return run(cwd, process.execPath, [pnpm, 'add', '--ignore-scripts', this.#tarball, ...packages]);
  }

  /** Runs Yarn 4, which links by Plug'n'Play. */
  async yarn(cwd, ...args) {
    const yarn = await this.#manager('yarn', '@yarnpkg/cli-dist/bin/yarn.js');
    const { stdout: registry } = await run(cwd, 'npm', ['config', 'get', 'registry']);
    const env = {
      ...process.env,
      YARN_NPM_REGISTRY_SERVER: registry.trim(),
      YARN_UNSAFE_HTTP_WHITELIST: '*',
      YARN_NODE_LINKER: 'pnp',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_ENABLE_SCRIPTS: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
      YARN_ENABLE_GLOBAL_CACHE: '0',
    };
    return run(cwd, process.execPath, [yarn, ...args], { env });
  }

  async yarnAdd(cwd, ...packages) {
    // Without a lock of its own it would take the folder for a part of a project above.
    await writeFile(join(cwd, 'yarn.lock'), '');
    await this.yarn(cwd, 'add', `express-speech@file:${this.#tarball}`, ...packages);
  }

  async #manager(name, path) {
    const home = join(this.#scratch, `manager-${name}`);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "private": true }');
    await run(home, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', MANAGERS[name]]);
    return join(home, 'node_modules', path);
  }

  remove() {
    return rm(this.#scratch, { recursive: true, force: true });
  }
}

export function run(cwd, file, args, options = {}) {
  return execute(file, args, { cwd, timeout: LIMIT, maxBuffer: 16 * 1024 * 1024, ...options });
}

/** Runs an application of a consumer's until it says that it spoke. */
export async function speaks(cwd, ...args) {
  saidThatItSpoke(await run(cwd, process.execPath, args));
}

export function saidThatItSpoke({ stdout, stderr }) {
  if (!stdout.includes('spoke')) throw new Error(`the project did not say that it spoke:\n${stdout}\n${stderr}`);
}

/** Reads which version of a package this one is developed with. */
export async function versionOf(name) {
  const { devDependencies } = JSON.parse(await readFile(join(HERE, '../../package.json'), 'utf8'));
  return `${name}@${devDependencies[name]}`;
}
