import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { collectGarbage } from '../support/garbage.js';
import { openFiles } from '../support/open-files.js';
import { eventually } from './eventually.js';

/** Bytes by which the heap may have grown: code that ran for the first time, and what the test runner keeps of its results. */
const HEAP_LEEWAY = 8 * 1024 * 1024;

/** What a process has in hand, by kind. */
interface Holdings {
  readonly descriptors: number;
  /** Paths of the files that are open, such as those of modules that a thread was reading when it was ended. */
  readonly files: readonly string[];
  readonly threads: number;
  readonly processListeners: number;
  readonly resources: Readonly<Record<string, number>>;
}

/** Notes what this process has in hand, and states later that it has no more of it and that nothing went unhandled. */
export class LeakWatch {
  readonly #before: Holdings;
  readonly #heapBefore: number;
  readonly #unhandled: string[] = [];

  private constructor(before: Holdings, heapBefore: number) {
    this.#before = before;
    this.#heapBefore = heapBefore;
    process.on('unhandledRejection', this.#note);
    process.on('uncaughtExceptionMonitor', this.#note);
    process.on('warning', this.#note);
  }

  static async start(): Promise<LeakWatch> {
    // Node makes the threads of its pool with the first work for them.
    await readFile('/dev/null');
    const heap = await heapUsed();
    return new LeakWatch(holdings(), heap);
  }

  /** States that all is back to where it was, which may take a moment: sockets close in their own time. */
  async check(): Promise<void> {
    expect(this.#unhandled, 'unhandled errors and warnings').to.deep.equal([]);
    await eventually(() => {
      expect(surplus(holdings(), this.#before), 'left behind').to.deep.equal({});
    });
    // Garbage included, it is small enough after most rows; collecting it takes longer than the rest of a row.
    const most = this.#heapBefore + HEAP_LEEWAY;
    if (process.memoryUsage().heapUsed < most) return;
    expect(await heapUsed(), 'heap').to.be.below(most);
  }

  stop(): void {
    process.off('unhandledRejection', this.#note);
    process.off('uncaughtExceptionMonitor', this.#note);
    process.off('warning', this.#note);
  }

  readonly #note = (problem: unknown): void => {
    this.#unhandled.push(problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
  };
}

function holdings(): Holdings {
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') resources[kind] = (resources[kind] ?? 0) + 1;
  }
  const processListeners = process
    .eventNames()
    // The watch itself listens to these.
    .filter((name) => !['unhandledRejection', 'uncaughtExceptionMonitor', 'warning'].includes(String(name)))
    .reduce((sum, name) => sum + process.listenerCount(name), 0);
  const files = openFiles(/^\/.*\.\w+$/);
  const [descriptors, threads] = [entries('/proc/self/fd'), entries('/proc/self/task')];
  return { descriptors, files, threads, processListeners, resources };
}

function entries(folder: string): number {
  return readdirSync(folder).length;
}

function surplus(now: Holdings, before: Holdings): Record<string, string> {
  const counts = (held: Holdings): Record<string, number> => ({
    ...held.resources,
    descriptors: held.descriptors,
    threads: held.threads,
    'process listeners': held.processListeners,
  });
  const earlier = counts(before);
  const more = Object.entries(counts(now))
    .filter(([kind, count]) => count > (earlier[kind] ?? 0))
    .map(([kind, count]) => [kind, `${String(count)}, not ${String(earlier[kind] ?? 0)}`]);
  const files = now.files.filter((path) => !before.files.includes(path));
  return Object.fromEntries(files.length > 0 ? [...more, ['files', files.join(', ')]] : more) as Record<string, string>;
}

/** Returns the bytes in use once the garbage has been collected. */
export async function heapUsed(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}
