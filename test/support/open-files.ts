import { readdirSync, readlinkSync } from 'node:fs';

/** Lists the files that this process has open whose path ends so; on Linux, which alone tells. */
export function openFiles(end: string | RegExp): string[] {
  return readdirSync('/proc/self/fd')
    .map(pathOf)
    .filter((path) => (typeof end === 'string' ? path.endsWith(end) : end.test(path)));
}

function pathOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // The one that lists them has been closed by now.
    return '';
  }
}
