import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program in a process of its own, that said on its standard output that it is ready. */
export interface TestProcess {
  readonly child: ChildProcess;
  /** The line that matched. */
  readonly line: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Milliseconds that a program may take until it is ready. */
const START_LIMIT = 30_000;

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** A command that turns into the program once it has prepared the ground, such as `prlimit --nofile=64`. */
  readonly through?: readonly string[];
  /** Gives it a channel for messages. */
  readonly channel?: 'ipc';
}

/** Starts a Node.js program and waits for a line on its standard output. */
export async function startProgram(
  args: readonly string[],
  ready: RegExp,
  options: ProgramOptions = {},
): Promise<TestProcess> {
  const [command = process.execPath, ...words] = [...(options.through ?? []), process.execPath, ...args];
  const child = spawn(command, words, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit', ...(options.channel === undefined ? [] : [options.channel])],
  });
  const { stdout, pid } = child;
  if (pid === undefined || stdout === null) throw new Error('the program did not start');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(stdout).on('line', (text) => {
      if (!ready.test(text)) return;
      clearTimeout(tooLate);
      resolve(text);
    });
    child.once('exit', (status) => {
      clearTimeout(tooLate);
      reject(new Error(`the program ended with ${String(status)} before it was ready`));
    });
    const tooLate = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('the program does not get ready'));
    }, START_LIMIT);
  });
  return {
    child,
    line,
    pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      await exited;
    },
  };
}
