// Every kind of project that the package is held to work in.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { container } from './container.js';
import { run, saidThatItSpoke, speaks, versionOf } from './workbench.js';

const EXPRESS_4 = 'express@4.21';
const EXPRESS_5 = 'express@5';

const NODE_TYPES = await versionOf('@types/node');
const TYPESCRIPT = await versionOf('typescript');
/** The last one that resolves modules as Node 10 did without being told that it is no longer done. */
const OLD_TYPESCRIPT = 'typescript@5.9';

const plain = (template, type, express) => ({
  title: `speaks in the ${template} project on ${express}`,
  async play(workbench, title) {
    const cwd = await workbench.project(title, template, { type });
    await workbench.npm(cwd, express);
    await speaks(cwd, 'app.js');
    const { stdout } = await run(cwd, 'npx', ['express-speech', '--help']);
    if (!stdout.includes('verify')) throw new Error(`the command did not explain itself: ${stdout}`);
  },
});

/** Compiles the same program as ESM and as CommonJS, as strictly as there is, with each way to resolve modules, and runs what came of it. */
const typescript = (express, expressTypes, compiler) => ({
  title: `compiles and speaks in TypeScript with ${[express, expressTypes, compiler].join(', ')}`,
  async play(workbench, title) {
    const cwd = await workbench.project(title, 'typescript');
    await cp(join(cwd, 'app.ts'), join(cwd, 'app.mts'));
    await cp(join(cwd, 'app.ts'), join(cwd, 'app.cts'));
    await workbench.npm(cwd, express, expressTypes, compiler, NODE_TYPES);
    const both = ['app.mts', 'app.cts'];
    await compile(cwd, 'nodenext', both, { module: 'nodenext' });
    await compile(cwd, 'node16', both, { module: 'node16' });
    await compile(cwd, 'bundler', ['app.mts'], { module: 'preserve', moduleResolution: 'bundler' });
    if (compiler === OLD_TYPESCRIPT) {
      const options = { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true };
      await compile(cwd, 'node10', ['app.cts'], options);
    }
    await speaks(cwd, 'out/nodenext/app.mjs');
    await speaks(cwd, 'out/nodenext/app.cjs');
  },
});

async function compile(cwd, name, files, options) {
  const compilerOptions = { outDir: `out/${name}`, rootDir: '.', ...options };
  const config = { extends: './tsconfig.json', compilerOptions, files };
  await writeFile(join(cwd, `tsconfig.${name}.json`), JSON.stringify(config));
  await run(cwd, 'npx', ['tsc', '-p', `tsconfig.${name}.json`]);
}

export const CONSUMERS = [
  {
    title: 'speaks by npx alone, in an empty home',
    async play(workbench, title) {
      const cwd = await workbench.folder(title);
      const env = { ...process.env, HOME: cwd };
      env.npm_config_registry = (await run(cwd, 'npm', ['config', 'get', 'registry'])).stdout.trim();
      const words = ['--yes', '--package', workbench.tarball, 'express-speech', 'say', 'Hello.', '-o', 'hello.wav'];
      await run(cwd, 'npx', words, { env });
      const sound = await readFile(join(cwd, 'hello.wav'));
      if (sound.toString('latin1', 0, 4) !== 'RIFF' || sound.length < 10_000) throw new Error('that is no speech');
      const help = await run(cwd, 'npx', [...words.slice(0, 4), 'serve', '--help'], { env });
      if (!help.stdout.includes('Port to listen on')) throw new Error(`it does not explain itself: ${help.stdout}`);
    },
  },
  container,
  typescript(EXPRESS_5, '@types/express@5', TYPESCRIPT),
  typescript(EXPRESS_4, '@types/express@4.17', OLD_TYPESCRIPT),
  {
    title: 'compiles in TypeScript without the types of any Express',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'typescript', { type: 'module' });
      await workbench.npm(cwd, EXPRESS_5, TYPESCRIPT, NODE_TYPES);
      await compile(cwd, 'untyped', ['untyped.ts'], { module: 'nodenext' });
    },
  },
  {
    title: 'speaks from what Yarn packs with Plug’n’Play, as ESM and from CommonJS',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'yarn-pnp');
      await cp(new URL('esm/app.js', import.meta.url), join(cwd, 'app.mjs'));
      await workbench.yarnAdd(cwd, EXPRESS_5);
      saidThatItSpoke(await workbench.yarn(cwd, 'node', 'app.mjs'));
      saidThatItSpoke(await workbench.yarn(cwd, 'node', 'app.cjs'));
    },
  },
  {
    title: 'speaks where pnpm hides what it needs',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'esm', { type: 'module' });
      await workbench.pnpm(cwd, EXPRESS_5);
      await speaks(cwd, 'app.js');
    },
  },
  {
    title: 'speaks in tests of Jest, as ESM and from CommonJS',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'jest');
      await workbench.npm(cwd, EXPRESS_5, 'jest@30');
      await run(cwd, process.execPath, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--ci']);
    },
  },
  {
    title: 'speaks in tests of Vitest',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'vitest', { type: 'module' });
      await workbench.npm(cwd, EXPRESS_5, 'vitest@4');
      await run(cwd, 'npx', ['vitest', 'run']);
    },
  },
  {
    title:
      'speaks from a bundle of esbuild’s beside which it is installed, and says what is missing beside which it is not',
    async play(workbench, title) {
      const cwd = await workbench.project(title, 'esm', { type: 'module' });
      await workbench.npm(cwd, EXPRESS_5);
      for (const format of ['esm', 'cjs']) {
        await build(bundling(join(cwd, 'app.js'), format, join(cwd, 'out', fileOf(format))));
        await speaks(cwd, `out/${fileOf(format)}`);
        const elsewhere = await workbench.project(`${title} ${format}`, 'bundle');
        await build(bundling(join(cwd, 'app.js'), format, join(elsewhere, fileOf(format))));
        await missesItsFiles(elsewhere, fileOf(format));
      }
    },
  },
  ...[EXPRESS_5, EXPRESS_4].flatMap((express) => [
    plain('esm', 'module', express),
    plain('commonjs', 'commonjs', express),
  ]),
];

const fileOf = (format) => (format === 'esm' ? 'server.mjs' : 'server.cjs');

function bundling(entry, format, outfile) {
  // Express asks for modules of Node by require(), which there is none of in ESM.
  const js = 'import { createRequire as from } from "node:module"; const require = from(import.meta.url);';
  const banner = format === 'esm' ? { js } : {};
  return { entryPoints: [entry], bundle: true, platform: 'node', format, outfile, banner, logLevel: 'silent' };
}

/** The application throws as there is no speech; it has begun, and says why there is none. */
async function missesItsFiles(cwd, file) {
  const { stderr } = await run(cwd, process.execPath, [file]).catch((error) => error);
  const lines = stderr.split('\n').filter((line) => line.includes('the file worker.js of express-speech is missing'));
  if (lines.length !== 1 || !stderr.includes('this is no speech: 200')) throw new Error(`it said this:\n${stderr}`);
}
