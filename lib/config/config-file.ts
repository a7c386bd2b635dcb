import { createHash } from 'node:crypto';
import { readFileSync, statSync, type Stats } from 'node:fs';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../resilience/index.js';

/**
 * Milliseconds between two looks at the file. A look is one `stat`: unlike the events of file systems it works over networks and
 * through the links that Kubernetes swaps.
 */
const LOOK_INTERVAL = 1_000;

/** Most bytes of the text: a thousand times what a configuration has. */
const MOST_BYTES = 1024 * 1024;

/** Milliseconds after which whoever was writing is taken to have died. */
const STALE_AFTER = 10_000;

/** Says that the file is not as it was when the change was made; nothing was written. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
}

/** One file of text that others write as well. */
export class ConfigFile {
  readonly #path: string;
  readonly #clock: Clock;
  #seen: string | undefined;
  #cancelLook: (() => void) | undefined;
  #isStopped = false;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Reads the file, if there is one. Blocks, as it is done before anybody is served. */
  readNow(): string | undefined {
    try {
      checkFile(statSync(this.#path));
      return readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * Replaces the text at once: whoever reads sees the old one or the new one, and so does the next start after a power cut.
   *
   * @param expected the text that is to be replaced
   * @throws {FileChangedError} when the file has another one by now, or somebody else is writing
   */
  async write(text: string, expected: string | undefined): Promise<void> {
    const path = await realpath(this.#path).catch(() => this.#path);
    // The temporary file is the lock as well: only one can have made it.
    const temporary = `${path}.tmp`;
    const file = await openAlone(temporary, await modeOf(path));
    try {
      if ((await this.read()) !== expected) throw new FileChangedError();
      await file.writeFile(text);
      await file.sync();
      await file.close();
      await rename(temporary, path);
    } catch (error) {
      await file.close();
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncDirectory(dirname(path));
  }

  /** Reads the text as it is now, or undefined where there is no file. */
  async read(): Promise<string | undefined> {
    try {
      checkFile(await stat(this.#path));
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Calls back soon after the file has changed, come or gone, and once at the beginning. */
  watch(onChange: () => void): void {
    const look = async (): Promise<void> => {
      const mark = await markOf(this.#path);
      if (this.#isStopped) return;
      if (mark !== this.#seen) onChange();
      this.#seen = mark;
      this.#cancelLook = this.#clock.schedule(() => void look(), LOOK_INTERVAL);
    };
    void look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelLook?.();
  }
}

/** A short name for a text: the same for the same text, on every machine. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function openAlone(path: string, mode: number): Promise<Awaited<ReturnType<typeof open>>> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs < STALE_AFTER) throw new FileChangedError();
    await unlink(path);
    return open(path, 'wx', mode);
  }
}

/** Refuses what would never end, such as a pipe, or take the event loop for long. */
function checkFile(stats: Stats): void {
  if (!stats.isFile()) throw new Error('it is not a file');
  if (stats.size > MOST_BYTES) throw new Error(`it is larger than ${String(MOST_BYTES)} bytes`);
}

/** A new file is for its owner alone: it may have a key in it. */
async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return 0o600;
  }
}

/** What changes whenever the file does: a rename over it, a write to it, or a link that leads somewhere else. */
async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return '';
  }
}

/** Makes a rename last through a power cut, where the system can. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    await directory.sync().finally(() => directory.close());
  } catch {
    // Windows has no such thing; the rename itself has been done.
  }
}

function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
