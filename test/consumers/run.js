// Installs the packed tarball as a user would, in an ESM, a CommonJS and a TypeScript project, on Express 5 and Express 4, and
// has each of them speak. Prints mocha's kind of summary.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'express-speech-consumers-'));
const npm = (cwd, ...args) => run('npm', [...args, '--no-audit', '--no-fund'], { cwd });

const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const [{ filename }] = JSON.parse(
  (await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', scratch)).stdout,
);
const tarball = join(scratch, filename);

let passed = 0;
let failed = 0;
for (const project of ['esm', 'commonjs', 'typescript']) {
  // npm waits most of the time.
  await Promise.all(['5', '4.21'].map((express) => check(project, express)));
}
await rm(scratch, { recursive: true });
console.log(`\n  ${passed} passing\n  ${failed} failing\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(project, express) {
  const title = `the packed package speaks in the ${project} project on Express ${express}`;
  try {
    await speaks(project, express);
    passed += 1;
    console.log(`  ✔ ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`  ✘ ${title}\n${error.message}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`);
  }
}

async function speaks(project, express) {
  const cwd = join(scratch, `${project}-${express}`);
  await cp(join(here, project), cwd, { recursive: true });
  const isTypeScript = project === 'typescript';
  await writeFile(
    join(cwd, 'package.json'),
    JSON.stringify({ private: true, type: project === 'commonjs' ? 'commonjs' : 'module' }),
  );
  const types = [`typescript@${devDependencies.typescript}`, `@types/node@${devDependencies['@types/node']}`];
  await npm(cwd, 'install', '--ignore-scripts', tarball, `express@${express}`, ...(isTypeScript ? types : []));
  if (isTypeScript) await run('npx', ['tsc'], { cwd });
  const { stdout } = await run(process.execPath, ['app.js'], { cwd, timeout: 30_000 });
  if (!stdout.includes('spoke')) throw new Error(`the project did not say that it spoke: ${stdout}`);
  const command = await run('npx', ['express-speech', '--help'], { cwd });
  if (!command.stdout.includes('verify')) throw new Error(`the command did not explain itself: ${command.stdout}`);
}
