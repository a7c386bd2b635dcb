import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two looks at something that tells nobody when it happens, such as the end of another's process. */
const LOOK = 10;
/** Milliseconds after which it is not going to happen: a test that waits for ever would keep its whole run from ending. */
const PATIENCE = 20_000;

/** A directory for one test. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'express-speech-'));

  file(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Resolves when a file says so many process ids, with them; `fake-synthesiser.js` writes them. */
export async function processIdsIn(path: string, count: number): Promise<number[]> {
  let ids: number[] = [];
  await until(
    () => {
      const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
      ids = lines.map((line) => (JSON.parse(line) as { readonly pid: number }).pid);
      return ids.length >= count;
    },
    `${String(count)} processes to begin`,
  );
  return ids;
}

/** Resolves when a process has ended. One that nobody has collected has ended as well; one that has not is killed. */
export async function ended(pid: number): Promise<void> {
  try {
    await until(() => !isAlive(pid), `process ${String(pid)} to end`);
  } catch (error) {
    process.kill(pid, 'SIGKILL');
    throw error;
  }
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await setTimeout(LOOK);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // The third field is the state, behind a name in brackets that may hold anything.
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
