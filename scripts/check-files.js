// Packs the package and counts what is in it: whoever installs it gets few files, and nothing that is not meant for them.
import { execFileSync } from 'node:child_process';

const MOST_FILES = 60;

const [{ files, size, unpackedSize }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
);
const stray = files
  .map(({ path }) => path)
  .filter((path) => !/^(dist\/|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/.test(path));
console.log(
  `${files.length} files, ${Math.round(size / 1_000)} kB packed, ${Math.round(unpackedSize / 1_000)} kB unpacked`,
);
if (stray.length > 0) throw new Error(`these do not belong to the package: ${stray.join(', ')}`);
if (files.length > MOST_FILES) throw new Error(`there are more than ${MOST_FILES} files`);
