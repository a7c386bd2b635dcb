import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test. */
export interface Folder {
  path(name: string): string;
  remove(): void;
}

export function makeFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'express-speech-'));
  return {
    path: (name) => join(folder, name),
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}
