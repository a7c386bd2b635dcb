import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SpeechError } from '../../speech/error.js';
import { discard } from '../../streams/discard.js';

/** Milliseconds that a program's output may be silent after its end, when something that it left behind holds it open. */
const OUTPUT_GRACE = 200;

/** What this process, or the machine, has run out of. */
const OURS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

const HAS_GROUPS = process.platform !== 'win32';

export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  /** Holds the process id while the program runs, and 0 else. */
  readonly running: Int32Array;
}

/**
 * Ends a program and everything that it has started. A synthesiser has nothing to tidy up, and SIGKILL ends even one that has been
 * stopped or ignores SIGTERM.
 */
export function killProgram(pid: number): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * Runs a program to its end and returns what it wrote to its standard output. When the signal aborts, the program is killed with
 * all that it has started; the same happens to what is left of it at its end.
 *
 * @throws {SpeechError} `engine_failed` when it does not start, fails or writes too much, `aborted` after the signal
 */
export async function runProgram({ program, args, input, mostBytes, signal, running }: ProgramRun): Promise<Buffer> {
  if (signal.aborted) throw new SpeechError('aborted', 'the program is not wanted any more');
  // A group of its own, so that a shell dies together with what it runs. Its standard error is nobody's to read, and a flood of it
  // must not stop it either.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: HAS_GROUPS });
  if (child.pid === undefined) throw await startFailure(child);
  const { pid } = child;
  Atomics.store(running, 0, pid);
  const chunks: Buffer[] = [];
  let size = 0;
  const kill = (): void => {
    killProgram(pid);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= mostBytes) return;
    kill();
    discard(child.stdout);
  });
  // A program that ends before it has read everything says why with its status.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const { status, by } = await endOf(child, () => size, signal);
    if (size > mostBytes) throw new SpeechError('engine_failed', 'the program wrote too much');
    if (status !== 0)
      throw new SpeechError('engine_failed', `the program ended with ${by ?? `status ${String(status)}`}`);
    return Buffer.concat(chunks);
  } finally {
    // The number may be another's by now where it does not stand for a group.
    if (HAS_GROUPS || child.exitCode === null) kill();
    Atomics.store(running, 0, 0);
    discard(child.stdout);
  }
}

/** Says why a program did not start. It has no pipes then, where there were no descriptors left for them. */
async function startFailure(child: ChildProcess): Promise<SpeechError> {
  const [{ code = 'no code' }] = (await once(child, 'error')) as [NodeJS.ErrnoException];
  const message = `the program did not start: ${code}`;
  return OURS.has(code)
    ? new SpeechError('internal', message, { blamesProvider: false })
    : new SpeechError('engine_failed', message);
}

interface ProgramEnd {
  readonly status: number | null;
  readonly by: NodeJS.Signals | null;
}

/** Resolves when the program has ended and its output has been read; rejects at once when the signal aborts. */
function endOf(child: ChildProcess, sizeNow: () => number, signal: AbortSignal): Promise<ProgramEnd> {
  return new Promise<ProgramEnd>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      settle(() => {
        reject(new SpeechError('aborted', 'the program was stopped'));
      });
    };
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.removeAllListeners('exit');
      how();
    };
    const end = (status: number | null, by: NodeJS.Signals | null): void => {
      settle(() => {
        resolve({ status, by });
      });
    };
    const waitFor = (size: number, status: number | null, by: NodeJS.Signals | null): void => {
      timer = setTimeout(() => {
        // On a busy machine the timer may be late and the output unread: one round of reading first.
        setImmediate(() => {
          if (sizeNow() > size) waitFor(sizeNow(), status, by);
          else end(status, by);
        });
      }, OUTPUT_GRACE);
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('close', end);
    child.once('exit', (status, by) => {
      waitFor(sizeNow(), status, by);
    });
  });
}
