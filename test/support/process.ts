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

/** Starts a Node.js program and waits for a line on its standard output. */
export async function startProgram(
  args: readonly string[],
  ready: RegExp,
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<TestProcess> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout, pid } = child;
  if (pid === undefined) throw new Error('the program did not start');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(stdout).on('line', (text) => {
      if (ready.test(text)) resolve(text);
    });
    child.once('exit', (status) => {
      reject(new Error(`the program ended with ${String(status)} before it was ready`));
    });
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
