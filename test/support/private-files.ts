import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of the system that one program is to see otherwise than everybody else. */
export interface PrivateFiles {
  /** Words to be put before a command, so that it and nobody else sees the files. */
  readonly through: readonly string[];
  remove(): void;
}

/** Puts contents in the place of files, by path, for a program in a mount namespace of its own. Nothing on the disk is changed. */
export function makePrivateFiles(contents: Readonly<Record<string, string>>): PrivateFiles {
  const folder = mkdtempSync(join(tmpdir(), 'express-speech-'));
  const mounts = Object.entries(contents).map(([path, content], index) => {
    const source = join(folder, String(index));
    writeFileSync(source, content);
    return `mount --bind ${source} ${path}`;
  });
  const script = [...mounts, 'exec "$@"'].join(' && ');
  return {
    through: ['unshare', '--mount', 'sh', '-c', script, 'sh'],
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}
