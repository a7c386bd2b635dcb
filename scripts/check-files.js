// Packs the package and counts what is in it: whoever installs it gets few files, and nothing that is not meant for them.
import { execFileSync } from 'node:child_process';

const MOST_FILES = 60;
const PAGES = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];

const [{ files, size, unpackedSize }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
);
const paths = files.map(({ path }) => path);
const stray = paths.filter((path) => !/^(dist\/|package\.json$)/.test(path) && !PAGES.includes(path));
const missing = PAGES.filter((page) => !paths.includes(page));
console.log(
  `${files.length} files, ${Math.round(size / 1_000)} kB packed, ${Math.round(unpackedSize / 1_000)} kB unpacked`,
);
if (stray.length > 0) throw new Error(`these do not belong to the package: ${stray.join(', ')}`);
if (missing.length > 0) throw new Error(`these are not in the package: ${missing.join(', ')}`);
if (files.length > MOST_FILES) throw new Error(`there are more than ${MOST_FILES} files`);
