import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { STRIP_TYPES } from './strip-types.js';

const CLI = fileURLToPath(new URL('../../lib/cli.ts', import.meta.url));

/** How a command ended, and what it wrote. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  /** The same as bytes. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Record<string, string>;
  /** A command that turns into this one once it has prepared the ground. */
  readonly through?: readonly string[];
  readonly cwd?: string;
  /** What comes in at standard input; nothing does where it is left out. */
  readonly input?: string;
}

/** The words that run the command from its source. */
export const COMMAND: readonly string[] = [...STRIP_TYPES, CLI];

/** Runs the command to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const { env = {}, through = [], cwd, input } = options;
  const [command = '', ...words] = [...through, process.execPath, ...COMMAND, ...args];
  const child = spawn(command, words, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(input);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [bytes, stderr, [status]] = await Promise.all([buffer(child.stdout), text(child.stderr), closed]);
  return { status, stdout: bytes.toString(), bytes, stderr };
}
